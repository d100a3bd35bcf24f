"""How `make docs` makes the site. Its source is the whole repository: a link works on the site as in the files."""

project = "Mamori"
project_copyright = "The Mamori developers"
root_doc = "docs/index"
include_patterns = ["*.md", "docs/**.md", "content/pack/README.md"]
exclude_patterns = [".*", "build", "dist"]

extensions = ["myst_parser"]
myst_heading_anchors = 4  # a heading's anchor is the one that the code host gives it
smartquotes = False  # `--` begins an option; it is no dash

html_theme = "alabaster"
html_theme_options = {
    "description": "Facts and advice about children harmed through social media",
    "fixed_sidebar": True,
    "font_family": "system-ui, sans-serif",
    "head_font_family": "system-ui, sans-serif",
    "page_width": "70rem",
    "sidebar_width": "16rem",
}
html_sidebars = {"**": ["about.html", "searchfield.html", "navigation.html"]}
html_copy_source = False
