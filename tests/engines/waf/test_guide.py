import re
from pathlib import Path

GUIDE = Path(__file__).parents[3] / "docs/guides/waf-library.md"


def test_the_guides_program_runs():
    program = "\n".join(re.findall(r"```python\n(.*?)```", GUIDE.read_text(), re.DOTALL))
    assert "waf.compile" in program
    exec(compile(program, str(GUIDE), "exec"), {})  # noqa: S102
