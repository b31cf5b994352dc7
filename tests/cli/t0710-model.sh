#!/usr/bin/env bash
# Reference models as a user makes them: list, train, sample, a corpus of one's own, candidates.
. "$SOURCE/tests/cli/lib.sh"
export ATTUNE_CACHE=$PWD/cache

case_is 'list names every model with its defaults'
expect_exit 0 "$ATTUNE" model list
for name in policy musicrl-ru grpo dpop expert-iteration inferalign diffrhythm-plus scg; do
    expect_in out "$name"
done
expect_in out 'lambda 0.2'

case_is 'training twice gives the same file, with and without the cache'
expect_exit 0 "$ATTUNE" model train dpo pairs=64 epochs=1 --out a.ckpt
expect_in out '64 pairs'
expect_exit 0 "$ATTUNE" model train dpo pairs=64 epochs=1 --out b.ckpt
rm -r cache
expect_exit 0 "$ATTUNE" model train dpo pairs=64 epochs=1 --out c.ckpt --jobs 1
cmp a.ckpt b.ckpt && cmp a.ckpt c.ckpt || fail 'the checkpoints differ'

case_is 'a sample answers the text'
expect_exit 0 "$ATTUNE" model sample best-of-n best_of=4 select=reward.proxy \
    --text 'a sad waltz in D minor, 3/4' --n 2 --out samples
expect_in out '4 candidates'
[ -s samples/best-of-n-1.mid ] && [ -s samples/best-of-n-2.mid ] || fail 'no samples'

case_is 'a folder of MIDI files'
echo text >samples/readme.txt
expect_exit 0 "$ATTUNE" model train policy --corpus samples --out own.ckpt
expect_in out '2 of 3 files used'
expect_in out '1 left out: not a MIDI file'
expect_exit 0 "$ATTUNE" model train diffusion --corpus samples --out diffusion.ckpt
expect_exit 0 "$ATTUNE" model train kto checkpoint=own.ckpt pairs=32 epochs=1
expect_exit 0 "$ATTUNE" model sample policy checkpoint=own.ckpt --out more
expect_exit 2 "$ATTUNE" model train policy --corpus samples
expect_in err 'needs --out'

case_is 'mistakes name what is allowed, and overwrite nothing'
cp own.ckpt before.ckpt
expect_exit 3 "$ATTUNE" model train dpo beta=300 --out own.ckpt
expect_in err "beta is '300', not a number in 0.0001..10"
expect_exit 2 "$ATTUNE" model train dpo bta=1
expect_in err "did you mean 'beta'?"
expect_exit 2 "$ATTUNE" model train dpa
expect_in err "did you mean 'dpo'?"
expect_exit 2 "$ATTUNE" model train scg
expect_exit 3 "$ATTUNE" model sample policy checkpoint=diffusion.ckpt
expect_in err "a 'diffusion' checkpoint where 'policy' is needed"
head -c 2000 own.ckpt >short.ckpt
expect_exit 3 "$ATTUNE" model sample policy checkpoint=short.ckpt
expect_in err 'truncated'
printf 'X' | dd of=short.ckpt bs=1 seek=0 conv=notrunc 2>/dev/null
expect_exit 3 "$ATTUNE" model sample policy checkpoint=short.ckpt
expect_in err 'not a checkpoint'
cp own.ckpt newer.ckpt
printf '\011' | dd of=newer.ckpt bs=1 seek=8 conv=notrunc 2>/dev/null
expect_exit 3 "$ATTUNE" model sample policy checkpoint=newer.ckpt
expect_in err 'checkpoint version 9, this program reads 1'
cmp own.ckpt before.ckpt || fail 'own.ckpt was overwritten'

case_is 'a run stores training cost, family and candidates, and takes them along'
cat >suite.yaml <<'YAML'
suite: pool
prompts: ["a waltz in D minor, 3/4", "a song in C major"]
seeds: [1, 2]
models:
  - {name: base, builtin: policy, method: none}
  - {name: bon, builtin: policy, method: inference, base: base, family: bon, best_of: 8,
     select: reward.proxy, gold: reward.gold}
  - {name: kto, builtin: policy, method: dpo, base: base, algorithm: kto, pairs: 32, epochs: 1,
     train_seeds: 2}
metrics: ["reward.*"]
rank_by: [reward]
YAML
query() { sqlite3 "${2:-pool.db}" "$1"; }
command -v sqlite3 >/dev/null || skip 'sqlite3 is not installed'
expect_exit 0 "$ATTUNE" run suite.yaml --db pool.db
[ "$(query 'SELECT count(*) FROM candidate')" = 32 ] || fail 'not 2 prompts x 2 seeds x 8 candidates'
[ "$(query "SELECT family FROM model WHERE name = 'bon'")" = bon ] || fail 'no family'
[ "$(query "SELECT train_pairs > 0 AND train_steps > 0 AND train_s > 0 FROM model WHERE name = 'kto'")" = 1 ] ||
    fail 'no training cost'
best='SELECT max(c.proxy) = (SELECT v.value FROM sample_scores v WHERE v.run = s.run AND v.model = "bon"
      AND v.prompt = p.name AND v.seed = s.seed AND v.metric = "reward.proxy")
      FROM candidate c JOIN sample s ON s.id = c.sample JOIN prompt p ON p.id = s.prompt GROUP BY s.id'
[ "$(query "${best//\"/\'}" | sort -u)" = 1 ] || fail 'the best candidate is not the one that was kept'
sed 's/^suite: pool/suite: again/' suite.yaml >again.yaml
expect_exit 0 "$ATTUNE" run again.yaml --db pool.db
[ "$(query 'SELECT count(*) FROM candidate')" = 64 ] || fail 'candidates were not taken along from the cache'
expect_exit 0 "$ATTUNE" run suite.yaml --db one.db --shard 1/2
expect_exit 0 "$ATTUNE" run suite.yaml --db two.db --shard 2/2
expect_exit 0 "$ATTUNE" merge both.db one.db two.db
[ "$(query 'SELECT count(*) FROM candidate' both.db)" = 32 ] || fail 'candidates were lost in the merge'
[ "$(query "SELECT count(*) FROM model WHERE family = 'bon' AND train_s IS NOT NULL" both.db)" = 1 ] ||
    fail 'family or cost were lost in the merge'
expect_exit 0 "$ATTUNE" db export candidates --db pool.db
expect_in out 'proxy'

done_testing
