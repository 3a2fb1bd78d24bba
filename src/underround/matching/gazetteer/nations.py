"""Nations, American states and the words for their people, with the spellings venues use.

Facts only: the words a name is written with, and one id for each.
"""

import re
from typing import Final

# id: spellings and adjectives, after folding
_NATIONS: Final = """
united states:usa,us,america,american,usmnt
south korea:korea republic,republic of korea,south korean
north korea:north korean,dprk
ivory coast:cote d ivoire,cote divoire,ivorian
dr congo:congo dr,democratic republic of the congo,democratic republic of congo,congolese
turkey:turkiye,turkish
czech republic:czechia,czech
cape verde:cabo verde
iran:ir iran,iranian
bosnia and herzegovina:bosnia,bosnia herzegovina,bosnian
united kingdom:uk,british,britain,great britain
netherlands:holland,dutch
brazil:brazilian
colombia:colombian
peru:peruvian
chile:chilean
argentina:argentine,argentinian
mexico:mexican
canada:canadian
venezuela:venezuelan
bolivia:bolivian
ecuador:ecuadorian
honduras:honduran
costa rica:costa rican
portugal:portuguese
spain:spanish
france:french
germany:german
italy:italian
poland:polish
hungary:hungarian
romania:romanian
bulgaria:bulgarian
slovenia:slovenian
slovakia:slovak
serbia:serbian
croatia:croatian
greece:greek
ireland:irish
scotland:scottish
wales:welsh
england:english
sweden:swedish
norway:norwegian
denmark:danish
finland:finnish
switzerland:swiss
austria:austrian
belgium:belgian
ukraine:ukrainian
russia:russian
belarus:belarusian
georgia:georgian
armenia:armenian
azerbaijan:azerbaijani
israel:israeli
lebanon:lebanese
syria:syrian
iraq:iraqi
saudi arabia:saudi
egypt:egyptian
morocco:moroccan
algeria:algerian
tunisia:tunisian
nigeria:nigerian
senegal:senegalese
ghana:ghanaian
cameroon:cameroonian
kenya:kenyan
uganda:ugandan
ethiopia:ethiopian
south africa:south african
india:indian
pakistan:pakistani
bangladesh:bangladeshi
nepal:nepalese,nepali
sri lanka:sri lankan
china:chinese,prc
japan:japanese
taiwan:taiwanese
philippines:filipino,philippine
vietnam:vietnamese
thailand:thai
indonesia:indonesian
malaysia:malaysian
singapore:singaporean
australia:australian
new zealand:new zealander
greenland:greenlandic
cuba:cuban
"""

ADJECTIVES: Final = {
    spelling: nation
    for line in _NATIONS.strip().splitlines()
    for nation, _, spellings in (line.partition(":"),)
    for spelling in (nation, *spellings.split(","))
}

STATES: Final = {
    code: name
    for pair in re.split(
        ",",
        "AL alabama,AK alaska,AZ arizona,AR arkansas,CA california,CO colorado,CT connecticut,"
        "DE delaware,FL florida,GA georgia,HI hawaii,ID idaho,IL illinois,IN indiana,IA iowa,"
        "KS kansas,KY kentucky,LA louisiana,ME maine,MD maryland,MA massachusetts,MI michigan,"
        "MN minnesota,MS mississippi,MO missouri,MT montana,NE nebraska,NV nevada,"
        "NH new hampshire,NJ new jersey,NM new mexico,NY new york,NC north carolina,"
        "ND north dakota,OH ohio,OK oklahoma,OR oregon,PA pennsylvania,RI rhode island,"
        "SC south carolina,SD south dakota,TN tennessee,TX texas,UT utah,VT vermont,VA virginia,"
        "WA washington,WV west virginia,WI wisconsin,WY wyoming",
    )
    for code, name in (pair.split(" ", 1),)
}
