"""The commands of the Help menu."""

from __future__ import annotations

from enum import Enum


class HelpTopic(Enum):
    """What the user asks for in the Help menu; the value is the name of its action."""

    ABOUT = "about_action"
    REPORT = "report_problem_action"
    LOG_FOLDER = "log_folder_action"
    README = "readme_action"
