"""`make reference`: write the pages anew."""

from tests.reference.pages import FOLDER, PAGES

FOLDER.mkdir(exist_ok=True)
for name, page in PAGES.items():
    (FOLDER / name).write_text(page(), "utf-8")
