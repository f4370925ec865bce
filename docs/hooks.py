"""Pages that are made when the documentation is built: notebooks with what they print, commands, files of the root."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files

ROOT = Path(__file__).parents[1]
COPIED = {"MODEL_CARD.md": "model-card.md", "CONTRIBUTING.md": "contributing.md", "CHANGELOG.md": "changelog.md"}
PLAIN = re.compile(r"\x1b\[[0-9;]*m")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are made to those in `docs/`."""
    for notebook in [file for file in files if file.src_uri.endswith(".ipynb")]:
        files.remove(notebook)
        page = notebook.src_uri.replace(".ipynb", ".md")
        files.append(File.generated(config, page, content=of_notebook(ROOT / "docs" / notebook.src_uri)))
    for name, page in COPIED.items():
        text = (ROOT / name).read_text(encoding="utf-8")
        files.append(File.generated(config, page, content=re.sub(r"\]\(docs/", "](", text)))
    files.append(File.generated(config, "reference/commands.md", content=of_commands()))
    return files


def of_notebook(path: Path) -> str:
    """A notebook as Markdown, with what its cells print and draw now."""
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    notebook = nbformat.read(path, as_version=4)
    try:
        NotebookClient(notebook, timeout=600, kernel_name="python3").execute()
    except CellExecutionError as error:
        raise PluginError(f"{path.name}: {PLAIN.sub('', str(error))}") from error
    parts: list[str] = []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            parts.append(cell.source)
            continue
        parts.append(f"```python\n{cell.source}\n```")
        parts += [shown for output in cell.outputs if (shown := of_output(output))]
    return "\n\n".join(parts) + "\n"


def of_output(output: Any) -> str:
    """What one output looks like on a page."""
    if output.output_type == "stream":
        return f"```text\n{PLAIN.sub('', output.text)}\n```" if output.name == "stdout" else ""
    data = output.get("data", {})
    if "text/html" in data:
        return f'<div class="km3aid-output" markdown="0">{flat(data["text/html"])}</div>'
    if "image/png" in data:
        return f'<img alt="" src="data:image/png;base64,{data["image/png"].strip()}">'
    return f"```text\n{data['text/plain']}\n```" if "text/plain" in data else ""


def flat(markup: str) -> str:
    """Markup without blank lines, which would end it in Markdown."""
    return "".join(line for line in markup.splitlines() if line.strip())


def of_commands() -> str:
    """Every command with its arguments and options, as the program itself describes them."""
    import typer.main

    from km3aid.cli.app import app

    head = (
        "# Commands\n\nWhat `km3aid COMMAND --help` prints. `-` stands for standard input where a file may stand.\n\n"
    )
    return head + "\n".join(described(typer.main.get_command(app), "km3aid"))


def described(command: Any, name: str) -> Iterator[str]:
    """The section of a command, then those of its own."""
    if subcommands := getattr(command, "commands", {}):
        for own, sub in subcommands.items():
            yield from described(sub, f"{name} {own}")
        return
    context = command.make_context(name, [], resilient_parsing=True)
    usage = " ".join(command.collect_usage_pieces(context))
    yield f"## {name}\n\n{html.escape(command.help or '')}\n\n```text\n{name} {usage}\n```\n"
    rows = []
    for parameter in command.get_params(context):
        if parameter.name == "help" or getattr(parameter, "hidden", False):
            continue
        names = parameter.opts if parameter.param_type_name == "option" else [(parameter.name or "").upper()]
        said = html.escape(" ".join((getattr(parameter, "help", "") or "").split())).replace("|", "\\|")
        rows.append(f"| {', '.join(f'`{n}`' for n in names)} | {said} |".replace("`|", "`").replace("||", "|"))
    if rows:
        yield "| | |\n|---|---|\n" + "\n".join(rows) + "\n"
