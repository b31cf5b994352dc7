#!/usr/bin/env bash
# The page: complete, well-formed, hostile text stays text, and sorting works where there is a browser.
. "$SOURCE/tests/cli/lib.sh"
make="$BUILD/tests/synth_store"
[ -x "$make" ] || skip 'synth_store was not built'
"$make" a.db 6 24 2 8 >/dev/null || exit 70
"$make" hostile.db 6 12 1 8 hostile >/dev/null || exit 70

case_is 'all files are there, and every link leads somewhere'
expect_exit 0 "$ATTUNE" report --db a.db --out page --no-figures
expect_in out 'page/index.html'
expect_in err 'no longer where the run left them'
expect_exit 0 "$ATTUNE" report --db hostile.db --out hostile --no-figures
python3 - <<'PY' || fail 'a page is broken'
import html.parser, os, sys
bad = 0
class Check(html.parser.HTMLParser):
    void = {"meta", "link", "img", "br", "input"}
    def __init__(self, path):
        super().__init__()
        self.path, self.stack, self.scripts = path, [], 0
    def handle_starttag(self, tag, attrs):
        global bad
        a = dict(attrs)
        if tag not in self.void: self.stack.append(tag)
        self.scripts += tag == "script"
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
                if c.stack or c.scripts != 1: bad += 1; print(c.path, c.stack, c.scripts)
sys.exit(bad > 0)
PY
expect_not_in hostile/index.html '<script>alert'
expect_in page/index.html 'time out after 120 s &lt;b&gt;'
[ "$(ls page/prompts | wc -l)" -eq 24 ] || fail 'a page per prompt'
expect_exit 0 "$ATTUNE" leaderboard --db a.db --format csv
expect_same out page/leaderboard.csv
expect_exit 2 "$ATTUNE" report --db a.db

case_is 'samples that are there are copied'
mkdir files
printf 'MThd' >files/x.mid
sqlite3 a.db "UPDATE run SET files = '$PWD/files'; UPDATE sample SET path = 'x.mid' WHERE path IS NOT NULL" 2>/dev/null &&
    expect_exit 0 "$ATTUNE" report --db a.db --out page --no-figures --quiet &&
    [ "$(ls page/media | wc -l)" -gt 200 ] || fail 'media'

case_is 'sorting in a browser, without an error in its console'
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome) || done_testing
cat >>hostile/index.html <<'HTML'
<script>
const t = document.getElementById('leaderboard-table'), rows = () => [...t.tBodies[0].rows].map(r => +r.cells[1].dataset.v);
const press = () => t.tHead.rows[0].cells[1].querySelector('button').click();
press(); const a = rows(); press(); const b = rows();
const down = x => x.every((v, i) => !i || x[i - 1] >= v);
document.title = 'sorted ' + (down(a) && down([...b].reverse()) && a[0] === b[b.length - 1]);
</script>
HTML
timeout 60 "$browser" --headless --no-sandbox --disable-gpu --user-data-dir="$scratch/chrome" --enable-logging=stderr \
    --dump-dom "file://$PWD/hostile/index.html" >dom 2>console || skip 'browser does not start'
expect_in dom '<title>sorted true</title>'
grep -E 'CONSOLE.*(rror|iolat)' console && fail 'the console complains'

done_testing
