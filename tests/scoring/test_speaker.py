"""Who speaks in a reported statement: read off where the wording tells, nobody where it does not."""

import time

import pytest

from wirestance.inference.speaker import LONGEST_NAME, read_speaker


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("Aliyev said the road would open.", "Aliyev"),
        ("The road would open, Aliyev said on Monday.", "Aliyev"),
        ("The road would open, said the foreign ministry.", "the foreign ministry"),
        ("On Monday the Armenian defence ministry denied that its guns had fired.", "the Armenian defence ministry"),
        ("But the Armenian defence ministry denied that its guns had fired.", "the Armenian defence ministry"),
        ("Pashinyan: We are ready for talks", "Pashinyan"),
        ("Azerbaijan ready for talks: foreign minister", "foreign minister"),
        ("According to the Red Cross, 12 bodies were returned.", "the Red Cross"),
        ("“We shall stay,” the mayor of Martuni told reporters.", "the mayor of Martuni"),
        ("The road would open next week, the analyst reckoned.", "the analyst"),
        ("The road would open, the analyst put it.", "the analyst"),
        *(
            (f"Pashinyan told Putin about it, the Kremlin said {when}.", "the Kremlin")
            for when in (
                "on Friday",
                "Friday",
                "late on Sunday",
                "early Monday",
                "on 20 May",
                "on Nov. 9",
                "in a statement",
                "in an interview on Sunday",
                "in a Facebook post",
            )
        ),
        ("The men were beaten, Human Rights Watch said in a report released on Friday.", "Human Rights Watch"),
        ("The Armenian side said it had lost two men.", "The Armenian side"),
        *((f"{which} side said how many had died.", None) for which in ("Each", "Either", "Neither")),
        ("The town is not, as the other side tells its people, lost, the ministry said.", "the ministry"),
        ("Human Rights Watch: Azerbaijan used cluster bombs", "Human Rights Watch"),
        ("President of Azerbaijan: Armenia will leave our lands", "President of Azerbaijan"),
        ("Azerbaijan's president: Armenia will leave our lands", "Azerbaijan's president"),
        ("Ministry of Defense: Azerbaijan fired at posts", "Ministry of Defense"),
        ("Azerbaijan shelled civilians - Armenian MoD", "Armenian MoD"),
        ("Two posts were seized — Armenian Defense Ministry", "Armenian Defense Ministry"),
        ("Azerbaijan says it holds Shusha - Reuters", "Azerbaijan"),
        ("Enemy column destroyed in Khojavend — VIDEO", None),
        ("Armenia, Azerbaijan accuse each other of violating truce", "Armenia, Azerbaijan"),
        ("U.S., France, Russia call for truce", "U.S., France, Russia"),
        ("Yesterday, Aliyev wrote that Armenia had lost.", "Aliyev"),
        ("“We stay” - the Speaker said.", "the Speaker"),
        ("“We stay” - said the Speaker.", "the Speaker"),
        ("Talks failed – Aliyev said on Monday.", "Aliyev"),
        ("Talks failed – said Aliyev.", "Aliyev"),
        ("Azerbaijan fired first – said Pashinyan", "Pashinyan"),
        ("The minister – a former general – said Armenia had fired.", "The minister"),
        ("The National Assembly said it would vote.", "The National Assembly"),
        ("Italy said it would mediate.", "Italy"),
        ("John Kelly said the road was shut.", "John Kelly"),
        ("The family said he had been taken.", "The family"),
        ("One family said it would stay.", "One family"),
        ("Aliyev repeatedly said the road would open.", "Aliyev"),
        ("According to the U.S. State Department, talks go on.", "the U.S. State Department"),
        ("The road, according to Mr. Mirzoyan, is open.", "Mr. Mirzoyan"),
        ("“We stay,” said Maj. Gen. Rustam Muradov.", "Maj. Gen. Rustam Muradov"),
        ("“We stay,” said Mr. Aliyev", "Mr. Aliyev"),
        ("“We stay,” said U.S. envoy Louis Bono.", "U.S. envoy Louis Bono"),
        ("Armenian state media reported that the road was shut.", "Armenian state media"),
        ("Azerbaijani state-run agency Azertac said the road was shut.", "Azerbaijani state-run agency Azertac"),
        ("Ararat Mirzoyan, Armenia's foreign minister, accused Azerbaijan of ethnic cleansing.", "Ararat Mirzoyan"),
        ("Josep Borrell, the EU foreign policy chief, condemned Azerbaijan's attack.", "Josep Borrell"),
        ("Baku, in turn, accused Yerevan of provocations.", "Baku"),
        ("Aliyev, who was in Baku, said Armenia had lost.", "Aliyev"),
        ("Aliyev, who was in Baku, said Armenia lost its posts.", "Aliyev"),
        ("“We won,” Aliyev, the president, said.", "Aliyev"),
        ("Men shot at the posts, Baku has no doubt, the road is shut, said the ministry.", "the ministry"),
        (
            "The Armenian Defense Ministry said that on Tuesday, Azerbaijani forces attacked.",
            "The Armenian Defense Ministry",
        ),
        ("Baku said that after a short battle, the Armenian units retreated.", "Baku"),
        ("After the talks, Aliyev said, the sides agreed.", "Aliyev"),
        ("He wants to see Shusha, the aide announced.", "the aide"),
        ("EU member states urged Azerbaijan to open the road.", "EU member states"),
        ("OSCE co-chair states condemned the attack.", "OSCE co-chair states"),
        ("The report states that the road is shut.", "The report"),
        ("The ministry summoned the envoy and said the road was shut.", "The ministry"),
        ("Obama had telephoned both leaders and urged restraint.", "Obama"),
        ("The United Nations published an appeal condemning Baku.", "The United Nations"),
        ("“We stay,” said a woman who had fled.", "a woman"),
        (
            "In a statement on Tuesday the Armenian Defense Ministry said that shells fell.",
            "the Armenian Defense Ministry",
        ),
        ("During the meeting Aliyev said Armenia had lost.", "Aliyev"),
        ("On 27 October Aliyev said Armenia had lost.", "Aliyev"),
        ("In the wake of the shelling the ministry of Armenia said no.", "the ministry of Armenia"),
        ("In his speech he said that Armenia had lost.", None),
        *((f"{pronoun} said Armenia had lost.", None) for pronoun in ("He", "She", "They", "It")),
        *((f"According to {pronoun}, Armenia said no.", None) for pronoun in ("him", "her", "them")),
        ("Armenia's defence\nministry said no.", "Armenia's defence ministry"),
        ("Armenian state television showed the prisoners.", None),
        ("Officials state that the road is shut.", "Officials"),
        ("Unconfirmed reports said the road was shut.", "Unconfirmed reports"),
        ("Unconfirmed reports from the front said the road was shut.", "Unconfirmed reports from the front"),
        ("Azertac reports that the ministry said so.", "Azertac"),
        ("Azerbaijan claims Armenian forces denied it.", "Azerbaijan"),
        ("Talks were held in Geneva.", None),
        ("It was said that the road would open.", None),
        ("I hear you, but the road is closed, and that is what I say.", None),
        ("It says nothing of prisoners.", None),
        ("We deny it.", None),
        ("Update: two soldiers were killed", None),
        ("", None),
    ],
)
def test_speakers(text, speaker):
    assert read_speaker(text) == speaker


@pytest.mark.parametrize("label", [
    "BREAKING", "URGENT", "LIVE", "WATCH", "PHOTO", "EXCLUSIVE", "FACTBOX", "Updated", "Correction", "Interview",
    "Commentary", "Timeline", "Note", "Source", "Title", "Q", "A",
])  # fmt: skip
def test_a_label_is_no_speaker(label):
    assert read_speaker(f"{label}: Azerbaijan struck Goris today") is None
    assert read_speaker(f"{label}: Azerbaijan says Armenian forces opened fire") == "Azerbaijan"
    assert read_speaker(f"{label}: Pashinyan: We are ready for talks") == "Pashinyan"


@pytest.mark.parametrize("mark", [
    "UPDATE 1-", "WRAPUP 2-", "RPT-", "RPT-UPDATE 1-", "REFILE-", "CORRECTED-", "Exclusive-",
])  # fmt: skip
def test_a_mark_of_an_agency_is_no_part_of_the_name(mark):
    assert read_speaker(f"{mark}Azerbaijan says Armenian forces opened fire") == "Azerbaijan"
    assert read_speaker("Live-fire drills go on, Azerbaijan says") == "Azerbaijan"


@pytest.mark.parametrize(
    "dateline",
    [
        "YEREVAN, Oct 8 (Tbilisi Wire) - ",
        "BAKU (Reuters) - ",
        "STEPANAKERT, Nagorno-Karabakh (AP) — ",
        "Stepanakert, 27 Sept (IWPR) -- ",
        "TBILISI, Georgia, Oct. 8 – ",
        "YEREVAN, OCTOBER 27, ARMENPRESS. ",
        "YEREVAN, 3 May. /ARMENPRESS/. ",
        "BAKU. November 9. ",
        "BAKU. ",
        "Baku. 19 September. REPORT.AZ/ ",
        "Baku. 19 September. ",
        "Baku. Sept 19. Trend: ",
    ],
)
def test_a_dateline_is_no_part_of_the_name(dateline):
    assert read_speaker(f"{dateline}Armenia's defence ministry said on Monday that shells fell.") == (
        "Armenia's defence ministry"
    )
    assert read_speaker(f"{dateline}“We stay,” said Mr. Aliyev.") == "Mr. Aliyev"
    assert read_speaker(f"{dateline}Armenia rejected talks as they ended.") == "Armenia"
    assert read_speaker(f"{dateline}Pashinyan: We are ready for talks") == "Pashinyan"


def test_what_is_too_long_is_no_name():
    head = "the head of the ministry for many small regions"
    assert len(head.split()) == LONGEST_NAME
    assert read_speaker(f"{head} said nothing new had come.") == head
    assert read_speaker(f"{head} more said nothing new had come.") is None


def test_quotation_marks_that_stay_open_cost_no_minutes():
    started = time.monotonic()
    assert read_speaker("Aliyev said the road would open. " + "‘" * 100_000) == "Aliyev"
    assert time.monotonic() - started < 5


@pytest.mark.parametrize("piece", [
    "it is said ", "the reports of a map ", "reports from a b c ", "A", "- ", "BAKU. ", "In the map on ",
    "a man fired and ", "finally ", "In Baku ", "A, b, ", "Q: ", "RPT-", "A, ",
    ", A said in a post on Monday ", " - A B",
])  # fmt: skip
def test_a_long_text_takes_time_by_its_length_alone(piece):
    started = time.monotonic()
    read_speaker(piece * (300_000 // len(piece)))
    assert time.monotonic() - started < 5  # a second at most; by its square, minutes
