"""Made-up names: common first and last names in Danish elder care, and words that make unit names."""

FIRST = tuple(
    """Anne Kirsten Mette Hanne Anna Helle Susanne Lene Maria Marianne Inge Karen Lone Bente Camilla Pia Louise
    Charlotte Jette Tina Gitte Inger Ida Julie Line Birgit Laura Mona Sofie Rikke Ulla Emma Birthe Ellen Sarah
    Annette Christina Maja Cecilie Kirstine Heidi Dorthe Lisbeth Vibeke Malene Trine Eva Nanna Signe Freja
    Josefine Katrine Stine Sanne Simone Pernille Anette Mathilde Emilie Randi Karin Lis Ruth Winnie Conny Bodil
    Else Merete Tove Grethe Joan Majbritt Peter Michael Lars Jens Thomas Henrik Søren Christian Martin Jan
    Morten Jesper Anders Niels Mads Rasmus Per Kim Hans Mikkel Jonas Jakob Frederik Kasper Torben Emil Carsten
    Simon Steen Allan Brian Flemming Bo Claus Erik Kenneth Amira Fatima Yasmin Aisha Leyla Zeynep Samira Mariam
    Nadia Amina Hodan Ifrah Selma Jasmina Dragana Svetlana Olga Katarzyna Agnieszka Magdalena Ewa Joanna Ioana
    Elena Daniela Thi Linh Mai Rosalie Marites Grace Blessing Comfort Tenzin Sunita Priya Anjali Hevin Rojin
    Shirin Parisa Nasrin Ali Omar Hassan Ahmed Mustafa Ibrahim Yusuf Mehmet Emre Amir Reza Bilal Samuel Daniel
    Pawel Tomasz Andrei Ivan Nikola Rajesh""".split()
)
LAST = tuple(
    """Nielsen Jensen Hansen Pedersen Andersen Christensen Larsen Sørensen Rasmussen Jørgensen Petersen Madsen
    Kristensen Olsen Thomsen Christiansen Poulsen Johansen Møller Mortensen Knudsen Holm Jakobsen Jacobsen
    Mikkelsen Lund Frederiksen Laursen Schmidt Eriksen Henriksen Clausen Simonsen Svendsen Andreasen Iversen
    Jeppesen Kjær Vestergaard Lauridsen Jespersen Nissen Mogensen Østergaard Winther Dahl Bech Bak Friis Toft
    Bruun Skov Kruse Bach Berg Lind Dam Juul Holst Krogh Sand Vang Brandt Koch Lassen Nygaard Ravn Søgaard
    Nørgaard Hedegaard Bjerregaard Lindgaard Kofoed Overgaard Damgaard Kirkegaard Mathiesen Steffensen Danielsen
    Carlsen Gregersen Villadsen Bertelsen Ibsen Hald Agerskov Thygesen Kjeldsen Fisker Rytter Storm Falk Bille
    Munk Skou Stage Højer Bang Krag Ager Sander Leth Warming Buhl Drejer Boesen Abdi Ali Ahmed Hassan Hussein
    Mohamed Osman Yildiz Demir Kaya Aydin Çelik Haddad Nasser Khalil Saleh Karimi Rahimi Hosseini Kovačević
    Petrović Hodžić Begić Nowak Kowalska Wiśniewska Popescu Ionescu Nguyen Tran Pham Santos Reyes Cruz Mensah
    Okafor Sharma Gurung Rai Kamara Sesay Barzani""".split()
)
PLACES = tuple(
    """Havnen Lunden Bakken Engen Mosen Åen Klitten Heden Fjordparken Solhøj Skovly Birkegården Kilden Dammen Søen
    Strandgården Kæret Lyngen Marken Haven Broen Møllen Kirkestien Torvet Volden Vigen Næsset Sundet Odden
    Halsen Rosengården Lindegården Egely Bøgely Pileparken Ahornen Kastanjen Elmely Askely Hyldely Tjørnely
    Enghaven Solbakken Fyrreparken Kløverengen Rugmarken Hvedevangen Bækken Grønningen Overdrevet Sandet Revlen
    Duelunden Svalegården Lærkeparken Storkereden Viben Falken Ørnehøj Uglebo Harekrogen Rådyrparken Egernet
    Pindsvinet""".split()
)
BEFORE = (
    "",
    "Nørre ",
    "Sønder ",
    "Øster ",
    "Vester ",
    "Store ",
    "Lille ",
    "Gammel ",
    "Ny ",
    "Øvre ",
    "Nedre ",
    "Ydre ",
)
DISTRICTS = tuple(
    """Fjorden Kysten Skoven Ådalen Bakkerne Midtbyen Havneby Stationen Slotsbyen Markerne Sletten Højene Dalene
    Øerne Landsbyerne Klosteret Fælleden Parken Bredningen Landet""".split()
)

_FOLDED = str.maketrans(
    {"æ": "ae", "ø": "oe", "å": "aa", "é": "e", "ç": "c", "č": "c", "ć": "c", "ž": "z", "ś": "s", " ": "."}
)


def address(name: str) -> str:
    """The part of an e-mail address before the at sign, as in "soeren.juul"."""
    return name.lower().translate(_FOLDED)
