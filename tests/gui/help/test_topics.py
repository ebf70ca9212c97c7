from ticker_gui.gui.help.topics import HelpTopic


def test_each_topic_has_the_name_of_an_action() -> None:
    assert all(topic.value.endswith("_action") for topic in HelpTopic)
