"""The report as people see it, in Chromium: on a desk, on a phone, on paper. Nothing is asked of any network."""

import re
import tempfile
from pathlib import Path

from harness import STATE, check, run, wizard, wizard_json

# In the page: everything unfolded, then whatever sticks out. A drawing scrolls within its own figure.
MEASURE = """<script>
addEventListener("load", () => {
  document.querySelectorAll("details").forEach(e => e.open = true);
  const wide = [...document.querySelectorAll("main *")].filter(e => !e.closest("figure") && !e.closest("pre") && e.getBoundingClientRect().right > innerWidth + 1);
  parent.postMessage(`${innerWidth}: wide=${document.documentElement.scrollWidth > innerWidth} out=${wide.length} ` +
    `asked=${performance.getEntriesByType("resource").length} ` +
    `text=${[...document.querySelectorAll("p,span,b,li,summary")].some(e => /NaN|undefined|\\{\\{/.test(e.textContent))}`, "*");
});
</script>"""
# A window of Chromium is never narrower than 500: frames are as wide as they are told to be.
SIZES = {1280: "a desk", 794: "a sheet of A4", 390: "a phone"}
FRAMES = """<title></title><script>addEventListener("message", e => document.title += e.data + ";");</script>"""


def chromium(folder, *words):
    # Its own empty network: a request that wanted to leave would get nowhere.
    return run("unshare", "--net", "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=3000",
               f"--user-data-dir={folder}/profile", *words)


def check_report(words_wanted):
    done = wizard("report")
    path = STATE / "farm.run" / "report.html"
    if not check("report writes one file beside the journal", done.returncode == 0 and path.exists(), done.stdout):
        return
    text = path.read_text()
    check("it needs nothing from anywhere", not re.search(r'(src|href)=|@import|url\(|<script', text))
    for words in words_wanted:
        check(f"the report says: {words}", words in text)
    data = wizard_json("report")
    check("--json gives the same", data["verdict"]["title"] in text and data["numbers"]["all"] > 150, f"{data['numbers']}")
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.html"
        page.write_text(text.replace("</body>", MEASURE + "</body>"))
        frames = Path(folder) / "frames.html"
        frames.write_text(FRAMES + "".join(f'<iframe src="{page.as_uri()}" style="border:0;height:800px;width:{width}px"></iframe>'
                                           for width in SIZES))
        seen = chromium(folder, "--window-size=1400,900", "--dump-dom", frames.as_uri()).stdout
        title = re.search(r"<title>([^<]*)</title>", seen)
        said = title.group(1).split(";") if title else [seen[-300:]]
        for width, name in SIZES.items():
            check(f"on {name}, all unfolded, nothing is wider than that and nothing is asked for",
                  f"{width}: wide=false out=0 asked=0 text=false" in said, f"{said}")
        for name, size in (("a desk", "1280,900"), ("a phone", "500,844")):
            picture = Path(folder) / "picture.png"
            picture.unlink(missing_ok=True)
            chromium(folder, f"--window-size={size}", f"--screenshot={picture}", path.as_uri())
            check(f"it can be looked at on {name}", picture.exists() and picture.stat().st_size > 20_000)
        paper = Path(folder) / "paper.pdf"
        chromium(folder, "--no-pdf-header-footer", f"--print-to-pdf={paper}", path.as_uri())
        pages = len(re.findall(rb"/Type\s*/Page\b", paper.read_bytes())) if paper.exists() else 0
        check("on paper it is a few pages", 2 <= pages <= 20, f"{pages}")
