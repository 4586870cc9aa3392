"""What was read out of a mail so far: lines, files, warnings."""

from dataclasses import dataclass, field

from models.types.mail import AttachedFile


@dataclass(slots=True)
class Content:
    """What a mail holds. ``quoted`` runs beside ``lines``: the sender's program marked that line as quoted."""

    lines: list[str] = field(default_factory=list)
    quoted: list[bool] = field(default_factory=list)
    files: list[AttachedFile] = field(default_factory=list)
    has_html: bool = False
    plain: bool = False  # some of the lines came from text/plain
    warnings: list[str] = field(default_factory=list)

    def add_lines(self, lines: list[str], quoted: list[bool]) -> None:
        """Append a text after a blank line; blank ones are left out."""
        if not any(line.strip() for line in lines):
            return
        if self.lines:
            self.lines.append("")
            self.quoted.append(self.quoted[-1] and quoted[0])
        self.lines += lines
        self.quoted += quoted

    def add(self, other: "Content") -> None:
        """Take over everything of another part's content."""
        self.add_lines(other.lines, other.quoted)
        self.files += other.files
        self.warn(*other.warnings)
        self.has_html |= other.has_html
        self.plain |= other.plain

    def warn(self, *sentences: str) -> None:
        """Say something once."""
        self.warnings += [one for one in sentences if one not in self.warnings]
