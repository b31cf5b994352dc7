/* Suites and prompt files: every mistake is named with its line and the nearest valid word. */
#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/io/file.h"
#include "harness/suite/gate_rules.h"
#include "harness/suite/suite.h"

static char folder[] = "/tmp/attune-suite.XXXXXX";

static const char *write_file(const char *name, const char *text)
{
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    struct attune_err err = ATTUNE_ERR_INIT;
    if (attune_file_write(path, text, strlen(text), &err)) {
        fail_msg("%s", err.message);
    }
    return path;
}

#define HEAD "suite: s\nprompts: [one]\n"
#define MODEL "models:\n  - {name: a, builtin: corpus}\n"

static const struct {
    const char *text;
    long line;
    const char *message, *hint; /* parts that must be there; NULL: any */
} wrong_suites[] = {
    {"", 0, "empty", NULL},
    {"suite: [\n", 2, "not YAML", NULL},
    {"- a\n- b\n", 1, "not a mapping", NULL},
    {"suite: s\nprompts: [one]\n", 1, "'models' is missing", NULL},
    {HEAD "models: []\n", 3, "at least 1", NULL},
    {HEAD MODEL "sead: [1]\n", 5, "unknown key 'sead'", "did you mean 'seeds'?"},
    {HEAD MODEL "seeds: 3\n", 5, "key 'seeds': '3' is not a list", NULL},
    {HEAD MODEL "seeds:\n  - 1\n  - x\n", 7, "key 'seeds[2]': 'x' is not a whole number", NULL},
    {HEAD MODEL "seeds: [1, 1]\n", 5, "seed 1 stands twice", NULL},
    {HEAD MODEL "seeds: [-1]\n", 5, "seed -1", NULL},
    {HEAD MODEL "suite: t\n", 5, "stands twice; first on line 1", NULL},
    {HEAD MODEL "render: maybe\n", 5, "'maybe' is not true or false", NULL},
    {HEAD MODEL "allow_failed: 5\n", 5, "allow_failed 5", "0.05"},
    {HEAD MODEL "allow_failed: lots\n", 5, "'lots' is not a number", NULL},
    {HEAD MODEL "metrics: [harmonic.key_clairty]\n", 5, "matches no metric",
     "harmonic.key_clarity"},
    {HEAD MODEL "metrics:\n  - harmonic.*\n  - nonsense\n", 7, "'nonsense' matches no metric",
     NULL},
    {HEAD MODEL "rank_by: [harmny]\n", 5, "'harmny' matches no metric", "harmony"},
    {HEAD MODEL "gate: {alhpa: 0.1}\n", 5, "unknown key 'alhpa' in gate", "did you mean 'alpha'?"},
    {HEAD MODEL "gate:\n  alpha: 5\n", 6, "gate.alpha 5", NULL},
    {HEAD MODEL "gate:\n  margin: wide\n", 6, "'wide' is no margin", "0.3sd"},
    {HEAD MODEL "gate:\n  margins: [1]\n", 6, "not a mapping", "harmonic.key_clarity"},
    {HEAD MODEL "gate:\n  margins:\n    harmonic.*: -1\n", 7, "'-1' is no margin", NULL},
    {HEAD MODEL "gate:\n  margins: {harmonic.key_clairty: 1%}\n", 6,
     "gate.margins: 'harmonic.key_clairty' matches no metric", "harmonic.key_clarity"},
    {HEAD MODEL "gate:\n  directions: {harmonic.key_clarity: upp}\n", 6, "'upp' is no direction",
     "up, down, none"},
    {HEAD MODEL "gate:\n  metrics: [harmny]\n", 6, "gate.metrics: 'harmny'", "harmony"},
    {HEAD "models:\n  - {name: a}\n", 4, "has none of builtin, command, worker, samples", NULL},
    {HEAD "models:\n  - {name: a, builtin: corpus, samples: x}\n", 4, "more than one", NULL},
    {HEAD "models:\n  - {name: a, builtin: polcy}\n", 4, "no built-in generator 'polcy'", "policy"},
    {HEAD "models:\n  - {name: a, builtin: policy, method: dpoo}\n", 4,
     "'dpoo' is not one of none, sft", "did you mean 'dpo'?"},
    {HEAD "models:\n  - name: a\n    builtin: policy\n    best_off: 8\n", 6,
     "unknown key 'best_off'", "did you mean 'best_of'?"},
    {HEAD "models:\n  - name: a\n    builtin: diffusion\n    draws: 8\n", 6,
     "'draws' does nothing for model 'a' (diffusion, method none)",
     "allowed are denoise_steps, checkpoint"},
    {HEAD "models:\n  - name: a\n    builtin: diffusion\n    method: inference\n    beta: 8\n", 7,
     "'beta' does nothing", "allowed are denoise_steps, checkpoint, select, draws"},
    {HEAD "models:\n  - {name: a, builtin: diffusion, method: dpo, draws: 8}\n", 4,
     "'draws' does nothing", "preference, pairs, epochs"},
    {HEAD "models:\n  - {name: a, builtin: policy, method: dpo, reward: reward.rules}\n", 4,
     "'reward' does nothing for model 'a' (policy, method dpo)", "algorithm, train_seed"},
    {HEAD "models:\n  - {name: a, builtin: policy, train_seeds: 3}\n", 4,
     "'train_seeds' does nothing", "allowed are checkpoint, best_of, select, gold"},
    {HEAD "models:\n  - name: a\n    builtin: policy\n    method: inference\n"
          "    algorithm: inferalign\n    best_of: 8\n", 8,
     "'best_of' does nothing for model 'a' (policy, method inference, algorithm inferalign)",
     "beams"},
    {HEAD "models:\n  - {name: a, builtin: corpus}\n  - {name: a, builtin: corpus}\n", 5,
     "stands twice", NULL},
    {HEAD
     "models:\n  - {name: base1, builtin: corpus}\n  - {name: b, builtin: corpus, base: bse1}\n",
     5, "base 'bse1' of model 'b'", "did you mean 'base1'?"},
    {HEAD "models:\n  - {name: a, builtin: corpus, base: a}\n", 4, "its own base", NULL},
    {HEAD "models:\n  - {name: a, builtin: corpus, timeout_s: 3600000}\n", 4, "timeout_s",
     "seconds"},
    {HEAD "models:\n  - {name: a, builtin: corpus, workers: -2}\n", 4, "'-2' is not a whole number",
     NULL},
    {HEAD MODEL "scorers:\n  - {name: s}\n", 6, "has none of worker, scores", NULL},
    {HEAD MODEL "scorers:\n  - {name: 's *', worker: [x]}\n", 6, "metric ids", NULL},
    {HEAD MODEL "references:\n  - {name: r, path: nowhere}\n", 6, "no such file or folder", NULL},
    {"suite: s\nprompts: nowhere.jsonl\n" MODEL, 2, "no such file", NULL},
    {"suite: s\nprompts: {a: b}\n" MODEL, 2, "a list of texts", NULL},
    {"suite: s\nprompts: [one, ' ']\n" MODEL, 2, "the text is empty", NULL},
    {"suite: &a s\nprompts: [*a]\n" MODEL, 0, "cannot read the suite", NULL},
};

static void test_every_mistake_is_explained(void **state)
{
    for (size_t i = 0; i < sizeof wrong_suites / sizeof *wrong_suites; i++) {
        struct attune_suite suite;
        struct attune_err err = ATTUNE_ERR_INIT;
        const char *path = write_file("suite.yaml", wrong_suites[i].text);
        if (attune_suite_load(&suite, path, &err) != ATTUNE_E_INPUT) {
            fail_msg("case %zu was taken or failed otherwise: '%s'", i, err.message);
        }
        if (!strstr(err.message, wrong_suites[i].message) || err.line != wrong_suites[i].line ||
            strcmp(err.file, path) != 0 ||
            (wrong_suites[i].hint && !strstr(err.hint, wrong_suites[i].hint))) {
            fail_msg("case %zu: %s:%ld: %s (hint: %s)", i, err.file, err.line, err.message,
                     err.hint);
        }
    }
}

static void test_a_whole_suite(void **state)
{
    struct attune_suite suite;
    struct attune_err err = ATTUNE_ERR_INIT;
    const char *path = write_file(
        "suite.yaml",
        "suite: my-study\nprompts: [one, two]\nseeds: [3, 1]\n"
        "models:\n"
        "  - {name: base, builtin: policy}\n"
        "  - {name: bon, builtin: policy, method: inference, base: base, best_of: 8,\n"
        "     select: harmonic.key_clarity, timeout_s: 7.5}\n"
        "  - {name: w, method: dpo, base: elsewhere, worker: [python3, w.py], workers: 2, "
        "memory_mb: 16}\n"
        "  - {name: gone, command: [x, '{text}', '{out}.wav'], if_installed: "
        "no-such-program-anywhere}\n"
        "scorers:\n  - {name: clap, worker: [c], higher_is_better: false}\n"
        "metrics: [harmonic.key_*, set.*, scorer.*]\nrank_by: [harmony]\nallow_failed: 0.25\n");
    if (attune_suite_load(&suite, path, &err)) {
        fail_msg("%s:%ld %s", err.file, err.line, err.message);
    }
    assert_string_equal(suite.name, "my-study");
    assert_int_equal(suite.prompts.n, 2);
    assert_string_equal(suite.prompts.items[1].id, "p002");
    assert_int_equal(suite.n_seeds, 2);
    assert_int_equal(suite.seeds[0], 3);
    assert_int_equal(suite.n_models, 4);
    const struct attune_suite_model *bon = &suite.models[1];
    assert_string_equal(attune_option_get(&bon->spec, "best_of", ""), "8");
    assert_string_equal(bon->selected_on, "harmonic.key_clarity");
    assert_true(bon->spec.timeout_s == 7.5);
    assert_int_equal(bon->spec.method, ATTUNE_METHOD_INFERENCE);
    assert_null(suite.models[0].left_out);
    assert_int_equal(suite.models[2].spec.n_workers, 2);
    assert_true(suite.models[2].spec.limits.memory_bytes == 16u << 20);
    assert_string_equal(suite.models[2].spec.worker[1], "w.py");
    assert_null(suite.models[2].spec.worker[2]);
    assert_non_null(strstr(suite.models[3].left_out, "not installed"));
    assert_false(suite.scorers[0].higher_is_better);
    assert_string_equal(suite.set_metrics, "set.*");
    assert_int_equal(suite.metrics.n, 3);
    assert_true(suite.allow_failed == 0.25);
    attune_suite_release(&suite);
}

static const struct {
    const char *text;
    long line;
    const char *message, *hint;
} wrong_prompts[] = {
    {"", 0, "holds no prompt", NULL},
    {"{\"id\": \"a\", \"text\": \"x\"}\n{\"id\": \"b\", \"text\": \"\"}\n", 2, "the text is empty",
     NULL},
    {"{\"id\": \"a\", \"text\": \"x\"}\n\n{\"id\": \"a\", \"text\": \"y\"}\n", 3,
     "'a' stands twice; first on line 1", NULL},
    {"{\"id\": \"\", \"text\": \"x\"}\n", 1, "id is empty", NULL},
    {"{\"id\": \"a\\nb\", \"text\": \"x\"}\n", 1, "control character", NULL},
    {"{\"id\": 7, \"text\": \"x\"}\n", 1, "'id' must be a text", NULL},
    {"{\"id\": \"a\"}\n", 1, "'text' must be a text", NULL},
    {"{\"id\": \"a\", \"txet\": \"x\"}\n", 1, "unknown key 'txet'", "did you mean 'text'?"},
    {"{\"id\": \"a\", \"text\": \"x\", \"attributes\": {\"tempo\": 90}}\n", 1,
     "unknown attribute 'tempo'; allowed are key, tempo_bpm", NULL},
    {"{\"id\": \"a\", \"text\": \"x\", \"attributes\": {\"tempo_bpm\": \"fast\"}}\n", 1,
     "'tempo_bpm': \"fast\" is not a number", NULL},
    {"{\"id\": \"a\", \"text\": \"x\", \"attributes\": {\"key\": \"H sharp\"}}\n", 1,
     "is not a key", NULL},
    {"{\"id\": \"a\", \"text\": \"x\", \"attributes\": {\"instruments\": [\"pianno\"]}}\n", 1,
     "is not a list of at most 16 instrument names", "piano"},
    {"{\"id\": \"a\", \"text\": \"x\"}\nnonsense\n", 2, NULL, NULL},
    {"one\ntwo \xff\n", 2, "not UTF-8", NULL},
    {"ytid,start\nx,1\n,2,3\n", 0, NULL, NULL},
};

static void test_wrong_prompt_files(void **state)
{
    for (size_t i = 0; i < sizeof wrong_prompts / sizeof *wrong_prompts; i++) {
        struct attune_prompt_set set;
        struct attune_err err = ATTUNE_ERR_INIT;
        const char *path = write_file("prompts", wrong_prompts[i].text);
        const enum attune_code code = attune_prompts_read(&set, path, &err);
        if (i + 1 == sizeof wrong_prompts / sizeof *wrong_prompts) {
            /* a CSV without captions is three lines of text */
            assert_int_equal(code, ATTUNE_OK);
            attune_prompts_release(&set);
        } else if (code != ATTUNE_E_INPUT || err.line != wrong_prompts[i].line ||
                   (wrong_prompts[i].message && !strstr(err.message, wrong_prompts[i].message)) ||
                   (wrong_prompts[i].hint && !strstr(err.hint, wrong_prompts[i].hint))) {
            fail_msg("case %zu: code %d, line %ld: %s (hint: %s)", i, code, err.line, err.message,
                     err.hint);
        }
    }
}

static void test_formats_are_told_apart(void **state)
{
    struct attune_prompt_set set;
    struct attune_err err = ATTUNE_ERR_INIT;
    const char *path = write_file("prompts", "# a comment\nfirst prompt in A minor\r\n\nsecond\n");
    assert_int_equal(attune_prompts_read(&set, path, &err), ATTUNE_OK);
    assert_int_equal(set.n, 2);
    assert_string_equal(set.items[0].id, "p001");
    assert_true(set.items[0].attributes.has_key);
    assert_int_equal(set.items[0].attributes.tonic, 9);
    attune_prompts_release(&set);

    path = write_file(
        "prompts",
        "{\"location\": \"lmd/1.mid\", \"caption\": \"A song.\", \"key\": \"F# minor\","
        " \"time_signature\": \"3/4\", \"tempo\": 96, \"mood\": [\"dark\", \"sad\"],"
        " \"instrument_summary\": [\"Piano\", \"Thing Without Name\"],"
        " \"chord_summary\": [\"F#m\", \"B\"], \"genre\": [\"pop\"], \"duration\": 12}\n");
    assert_int_equal(attune_prompts_read(&set, path, &err), ATTUNE_OK);
    const struct attune_attributes *a = &set.items[0].attributes;
    assert_string_equal(set.items[0].id, "lmd/1.mid");
    assert_int_equal(a->tonic, 6);
    assert_int_equal(a->numerator, 3);
    assert_true(a->tempo_bpm == 96.0);
    assert_string_equal(a->mood, "dark");
    assert_int_equal(a->n_instruments, 1);
    assert_int_equal(a->n_chords, 2);
    attune_prompts_release(&set);

    path = write_file("prompts", "ytid,start_s,caption\nabc,30,\"Slow, sad song\"\nxyz,0,Fast\n");
    assert_int_equal(attune_prompts_read(&set, path, &err), ATTUNE_OK);
    assert_int_equal(set.n, 2);
    assert_string_equal(set.items[0].id, "abc");
    assert_string_equal(set.items[0].text, "Slow, sad song");
    attune_prompts_release(&set);
}

static void test_safe_names(void **state)
{
    static const char *const hostile[] = {
        "../../etc/passwd",
        "/abs",
        ".hidden",
        "-rf",
        "a b",
        "a\tb",
        "caf\xc3\xa9",
        "a/b",
        "a\\b",
        "",
        "..",
        ".",
        "con:",
        "x'; rm -rf ~; '",
        "a-name-that-goes-on-and-on-for-much-longer-than-any-sensible-name-of-a-prompt-would",
    };
    char name[ATTUNE_SAFE_NAME_SIZE], other[ATTUNE_SAFE_NAME_SIZE];
    for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
        attune_safe_name(hostile[i], name);
        assert_true(name[0] != '.' && name[0] != '-' && name[0] != '\0');
        assert_int_equal(
            strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"),
            strlen(name));
        for (size_t k = 0; k < i; k++) {
            attune_safe_name(hostile[k], other);
            assert_string_not_equal(name, other);
        }
    }
    attune_safe_name("waltz-a_minor.2", name);
    assert_string_equal(name, "waltz-a_minor.2");
}

static int set_up(void **state)
{
    return mkdtemp(folder) ? 0 : 1;
}

static int tear_down(void **state)
{
    unlink(write_file("suite.yaml", "x"));
    unlink(write_file("prompts", "x"));
    return rmdir(folder);
}

/* The rules of a gate, read from a stored suite's text; later ones win. */
static void test_gate_rules(void **state)
{
    static const char text[] = HEAD MODEL
        "gate:\n  alpha: 0.1\n  metrics: [harmony, 'temporal.*']\n  margin: 0.2sd\n"
        "  margins: {'harmonic.*': 2%, harmonic.key_clarity: 0.02, symbolic.n_notes: exact}\n"
        "  directions: {quality.loudness_lufs: -14, symbolic.note_density: none}\n";
    struct attune_gate_rules rules;
    struct attune_err err = ATTUNE_ERR_INIT;
    assert_int_equal(attune_gate_rules_read(&rules, "s.yaml", text, &err), ATTUNE_OK);
    assert_true(rules.alpha == 0.1);
    assert_string_equal(rules.metrics, "harmony,temporal.*");
    struct attune_gate_margin margin = attune_margin_for(&rules.margins, "harmonic.key_clarity");
    assert_true(margin.kind == ATTUNE_MARGIN_UNITS && margin.amount == 0.02);
    margin = attune_margin_for(&rules.margins, "harmonic.chord_clarity");
    assert_true(margin.kind == ATTUNE_MARGIN_SHARE && margin.amount == 0.02);
    margin = attune_margin_for(&rules.margins, "temporal.x");
    assert_true(margin.kind == ATTUNE_MARGIN_SD && margin.amount == 0.2);
    assert_int_equal(attune_margin_for(&rules.margins, "symbolic.n_notes").kind,
                     ATTUNE_MARGIN_EXACT);
    const struct attune_direction_rule *rule =
        attune_direction_for(&rules.directions, "quality.loudness_lufs");
    assert_non_null(rule);
    assert_string_equal(rule->direction, "target");
    assert_true(rule->target == -14.0);
    assert_null(attune_direction_for(&rules.directions, "harmonic.key_clarity"));
    assert_int_equal(attune_gate_rules_read(&rules, "s.yaml", HEAD MODEL, &err), ATTUNE_OK);
    assert_true(rules.alpha == 0.0 && rules.margins.n == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_mistake_is_explained),
        cmocka_unit_test(test_gate_rules),
        cmocka_unit_test(test_a_whole_suite),
        cmocka_unit_test(test_wrong_prompt_files),
        cmocka_unit_test(test_formats_are_told_apart),
        cmocka_unit_test(test_safe_names),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
