#!/usr/bin/env bash
# The page: complete, well-formed, hostile text stays text, and sorting works where there is a browser.
. "$SOURCE/tests/cli/lib.sh"
. "$SOURCE/tests/cli/run_lib.sh"
make="$BUILD/tests/synth_store"
[ -x "$make" ] || skip 'synth_store was not built'
"$make" a.db 6 24 2 8 >/dev/null || exit 70
"$make" hostile.db 6 12 1 8 hostile >/dev/null || exit 70

case_is 'all files are there, and every link leads somewhere'
expect_exit 0 "$ATTUNE" report --db a.db --out page --no-figures
expect_in out 'page/index.html'
expect_in err 'gone or no longer what was scored'
expect_exit 0 "$ATTUNE" report --db hostile.db --out hostile --no-figures
python3 - <<'PY' || fail 'a page is broken'
import html.parser, os, sys
bad = 0
class Check(html.parser.HTMLParser):
    void = {"meta", "link", "img", "br", "input"}
    def __init__(self, path):
        super().__init__()
        self.path, self.stack, self.scripts, self.unlabelled = path, [], 0, 0
    def handle_starttag(self, tag, attrs):
        global bad
        a = dict(attrs)
        if tag not in self.void: self.stack.append(tag)
        self.scripts += tag == "script"
        # What a screen reader needs: pictures and players with words, header cells with a scope.
        self.unlabelled += (tag == "img" and not a.get("alt")) + (tag == "audio" and not a.get("aria-label"))
        self.unlabelled += tag == "th" and not a.get("scope")
        if tag == "img" and "onerror" in a: bad += 1; print(self.path, "hostile image")
        for key in ("href", "src"):
            v = a.get(key)
            if v and not v.startswith(("#", "data:")):
                target = os.path.join(os.path.dirname(self.path), v.split("#")[0])
                if "://" in v or not os.path.exists(target): bad += 1; print(self.path, "->", v)
    def handle_endtag(self, tag):
        global bad
        if tag in self.void: return
        if not self.stack or self.stack.pop() != tag: bad += 1; print(self.path, "nesting at", tag, self.getpos())
for folder in ("page", "hostile"):
    for base, _, files in os.walk(folder):
        for f in files:
            if f.endswith(".html"):
                c = Check(os.path.join(base, f)); c.feed(open(c.path, encoding="utf-8").read()); c.close()
                if c.stack or c.scripts != 1 or c.unlabelled: bad += 1; print(c.path, c.stack, c.scripts)
sys.exit(bad > 0)
PY
expect_not_in hostile/index.html '<script>alert'
expect_in page/index.html 'time out after 120 s &lt;b&gt;'
[ "$(ls page/prompts | wc -l)" -eq 24 ] || fail 'a page per prompt'
expect_exit 0 "$ATTUNE" leaderboard --db a.db --format csv
expect_same out page/leaderboard.csv
expect_exit 2 "$ATTUNE" report --db a.db

case_is 'the database among the downloads is whole, one file, and the same'
[ "$(sqlite3 page/attune.db 'PRAGMA integrity_check')" = ok ] || fail 'integrity'
[ ! -e page/attune.db-wal ] || fail 'the copy is not one file'
expect_exit 0 "$ATTUNE" leaderboard --db page/attune.db --format csv
expect_same out page/leaderboard.csv
expect_in page/index.html 'href="attune.db"'
expect_exit 0 "$ATTUNE" report --db a.db --out bare --no-figures --no-media --no-database
[ ! -e bare/attune.db ] || fail 'a copy that nobody wanted'

case_is 'models against their bases: worst prompts first, links to both'
worst=$(sqlite3 a.db "SELECT prompt FROM (SELECT c.prompt, avg(c.value) - avg(b.value) d
    FROM sample_scores c JOIN sample_scores b ON b.prompt = c.prompt AND b.metric = c.metric
    WHERE c.model = 'model-rlhf1' AND b.model = 'base' AND c.metric = 'harmonic.key_clarity'
    AND c.value IS NOT NULL AND b.value IS NOT NULL GROUP BY c.prompt ORDER BY d LIMIT 1)")
got=$(sed -n '/<h2>Key clarity/,$p' page/models/2.html | grep -o 'prompts/[0-9]*.html">[^<]*' | head -n 1 | sed 's/.*>//')
[ -n "$got" ] && [ "$got" = "$worst" ] || fail "worst prompt '$got', expected '$worst'"
expect_in page/index.html 'href="models/2.html"'
[ ! -e page/models/1.html ] || fail 'the base has no base'

case_is 'samples that are there are copied, equal ones once, and a second report copies nothing'
small_suite suite.yaml
expect_exit 0 "$ATTUNE" run suite.yaml
n_contents=$(query 'SELECT count(DISTINCT hash) FROM artefact')
[ "$n_contents" -lt 18 ] || fail 'the samples of "null" should be equal'
expect_exit 0 "$ATTUNE" report --db run.db --out shared --no-figures
expect_not_in err 'gone'
[ "$(ls shared/media | grep -c '\.mid$')" -eq "$n_contents" ] || fail "$(ls shared/media) of $n_contents contents"
stat -c '%n %i %Y' shared/media/* >before
expect_exit 0 "$ATTUNE" report --db run.db --out shared --no-figures --quiet
stat -c '%n %i %Y' shared/media/* >after
expect_same before after

case_is 'a path in a database from a stranger puts no other file on the page'
printf 'a private key' >secret
ln -s secret link
cp run.db stranger.db
query "UPDATE sample SET path = '$PWD/secret' WHERE id = 1; UPDATE sample SET path = '../secret' WHERE id = 2;
       UPDATE sample SET path = '$PWD/link' WHERE id = 3; UPDATE sample SET path = '/dev/zero' WHERE id = 4;
       UPDATE artefact SET hash = '../../../secret' WHERE id = (SELECT artefact FROM sample WHERE id = 1)" stranger.db
expect_exit 0 "$ATTUNE" report --db stranger.db --out strange --no-figures --no-database
expect_in err 'gone or no longer what was scored'
! grep -rqF 'a private key' strange || fail 'the page gives a secret away'
[ -z "$(find . -newer stranger.db -name '*secret*' ! -path ./secret)" ] || fail 'something was written elsewhere'

case_is 'sorting in a browser, without an error in its console'
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome) || done_testing
cat >>hostile/index.html <<'HTML'
<script>
const t = document.getElementById('leaderboard-table'), rows = () => [...t.tBodies[0].rows].map(r => +r.cells[2].dataset.v);
const press = () => t.tHead.rows[0].cells[2].querySelector('button').click();
press(); const a = rows(); press(); const b = rows();
const down = x => x.every((v, i) => !i || x[i - 1] >= v);
const aria = t.tHead.rows[0].cells[2].getAttribute('aria-sort');
const f = document.querySelector('input.filter'), word = t.tBodies[0].rows[0].cells[0].textContent;
const shown = () => [...document.querySelectorAll('ol.prompts li')].filter(r => !r.hidden).length;
f.value = 'p003'; f.dispatchEvent(new Event('input'));
document.title = 'sorted ' + (aria === 'ascending' || aria === 'descending') + ' ' + shown() + ' ' + (down(a) && down([...b].reverse()) && a[0] === b[b.length - 1]);
</script>
HTML
timeout 60 "$browser" --headless --no-sandbox --disable-gpu --user-data-dir="$scratch/chrome" --enable-logging=stderr \
    --dump-dom "file://$PWD/hostile/index.html" >dom 2>console || skip 'browser does not start'
expect_in dom '<title>sorted true 1 true</title>'
expect_in dom '1 of 12 prompts'
expect_not_in dom '<script>alert'
grep -E 'CONSOLE.*(rror|iolat)' console && fail 'the console complains'

done_testing
