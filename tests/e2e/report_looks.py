"""The report as people see it, in Chromium: on a desk, on a phone, on paper. Nothing is asked of any network."""

import re
import tempfile
from pathlib import Path

from harness import STATE, check, run, wizard, wizard_json

MEASURE = """<script>
addEventListener("load", () => {
  const wide = [...document.querySelectorAll("main *")].filter(e => !e.closest("figure") && e.getBoundingClientRect().right > innerWidth + 1);
  document.title = `wide=${document.documentElement.scrollWidth > innerWidth} out=${wide.length} ` +
    `text=${[...document.querySelectorAll("p,span,b,li,summary")].some(e => /NaN|undefined|\\{\\{/.test(e.textContent))}`;
});
</script>"""


def chromium(folder, *words):
    # Its own empty network: a request that wanted to leave would get nowhere.
    return run("unshare", "--net", "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=3000",
               f"--user-data-dir={folder}/profile", *words, timeout=120)


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
        for name, size in (("a desk", "1280,900"), ("a phone", "390,844")):
            seen = chromium(folder, f"--window-size={size}", "--dump-dom", page.as_uri()).stdout
            title = re.search(r"<title>([^<]*)</title>", seen)
            said = title.group(1) if title else seen[-300:]
            check(f"on {name} nothing is wider than the screen", said == "wide=false out=0 text=false", said)
            picture = Path(folder) / "picture.png"
            chromium(folder, f"--window-size={size}", f"--screenshot={picture}", path.as_uri())
            check(f"it can be looked at on {name}", picture.exists() and picture.stat().st_size > 20_000)
        paper = Path(folder) / "paper.pdf"
        chromium(folder, "--no-pdf-header-footer", f"--print-to-pdf={paper}", path.as_uri())
        pages = len(re.findall(rb"/Type\s*/Page\b", paper.read_bytes())) if paper.exists() else 0
        check("on paper it is a few pages", 2 <= pages <= 20, f"{pages}")
