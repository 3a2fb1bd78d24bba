"""Football clubs that go by several names, league by league: "Dortmund" and "BV Borussia 09".

Each line is one club: its spellings after `names.club_words` has dropped FC, founding years and
the like. Clubs whose spellings differ only by such words need no line. Facts only.
"""

from typing import Final

from underround.matching.wording import listed

_ENGLAND: Final = """
arsenal
aston villa/villa
bournemouth
brentford
brighton hove albion/brighton
burnley
chelsea
crystal palace
everton
fulham
leeds united/leeds
liverpool
manchester city/man city
manchester united/man united/man utd/manchester utd
newcastle united/newcastle/newcastle utd
nottingham forest/nottingham/nottm forest/forest
sunderland
tottenham hotspur/tottenham/spurs
west ham united/west ham
wolverhampton wanderers/wolverhampton/wolves
birmingham city/birmingham
blackburn rovers/blackburn
bristol city
bristol rovers
charlton athletic/charlton
coventry city/coventry
derby county/derby
hull city/hull
ipswich town/ipswich
leicester city/leicester
middlesbrough
millwall
norwich city/norwich
oxford united/oxford
portsmouth
preston north end/preston
queens park rangers/qpr
sheffield united/sheffield utd
sheffield wednesday/sheffield wed
southampton
stoke city/stoke
swansea city/swansea
watford
west bromwich albion/west brom/west bromwich
wrexham
luton town/luton
"""
_SPAIN: Final = """
deportivo alaves/alaves
athletic/athletic bilbao/athletic bilbo/bilbao
atletico madrid/atletico/atletico de madrid/atl madrid
barcelona/barca
real betis balompie/real betis/betis
celta vigo/celta de vigo/celta/rc celta
elche
espanyol/espanyol de barcelona/espanyol barcelona
getafe
girona
levante
mallorca/real mallorca
osasuna
rayo vallecano/rayo vallecano de madrid
real madrid
real oviedo/oviedo
real sociedad/real sociedad de futbol/sociedad
sevilla
valencia
villarreal
deportivo de la coruna/deportivo la coruna
racing santander/racing de santander/real racing club/real racing de santander/racing
cultural y deportiva leonesa/cultural leonesa
"""
_ITALY: Final = """
atalanta/atalanta bergamasca calcio
bologna
cagliari
como
cremonese
fiorentina
genoa
hellas verona/verona
inter/inter milan/internazionale milan/internazionale
juventus
lazio
lecce
milan
napoli
parma
pisa
roma
sassuolo
torino
udinese
venezia
"""
_GERMANY: Final = """
augsburg
bayer leverkusen/leverkusen
bayern munich/bayern
borussia dortmund/dortmund
borussia monchengladbach/monchengladbach/gladbach/mgladbach/m'gladbach
eintracht frankfurt/frankfurt
freiburg
hamburger/hamburg/hamburger sv
heidenheim
hoffenheim
cologne
mainz
leipzig/rb leipzig/rasenballsport leipzig
st pauli
stuttgart
union berlin
hertha berlin/hertha
werder bremen/werder/bremen
wolfsburg
"""
_FRANCE: Final = """
angers
auxerre
brest/stade brestois
le havre
lens/racing lens/racing de lens
lille
lorient
lyon/olympique lyonnais/olympique lyon
marseille/olympique marseille/olympique de marseille
metz
monaco
nantes
nice
paris saint germain/psg/paris sg/paris st germain
paris fc
rennes/stade rennais
strasbourg/strasbourg alsace
toulouse
"""
_ELSEWHERE: Final = """
benfica/sport lisboa e benfica/sport lisboa benfica/sport lisbon benfica
sporting cp/sporting/sporting lisbon/sporting clube de portugal/sporting portugal
porto
braga/sporting braga/sporting clube de braga
vitoria guimaraes/vitoria de guimaraes/vitoria
famalicao
estoril praia/estoril
ajax
psv/psv eindhoven
feyenoord/feyenoord rotterdam
az/az alkmaar
twente
celtic
rangers
dundee
dundee united
heart of midlothian/hearts
hibernian/hibs
galatasaray
fenerbahce
besiktas
red star belgrade/crvena zvezda/red star
slavia prague
sparta prague
bodo glimt
club brugge/brugge
union saint gilloise/union st gilloise/royale union saint gilloise/union sg
olympiacos/olympiakos/olympiacos piraeus
shakhtar donetsk/shakhtar
qarabag/qarabag agdam
copenhagen
salzburg/red bull salzburg
al hilal
al nassr
al ittihad
al ahli
al kholood
flamengo
fluminense
palmeiras
corinthians/corinthians paulista
sao paulo
santos
botafogo/botafogo de futebol e regatas
vasco da gama/vasco
gremio
internacional/internacional porto alegre
atletico mineiro/atletico mg
athletico paranaense/athletico pr
cruzeiro
boca juniors
river plate
america/club america
guadalajara/chivas/chivas guadalajara
cruz azul
monterrey
tigres/tigres uanl
pumas/pumas unam
los angeles galaxy/la galaxy
los angeles football/los angeles fc/lafc
inter miami
new york city/nycfc
new york red bulls/red bulls/ny red bulls
columbus crew/columbus
atlanta united/atlanta
austin
charlotte
chicago fire/chicago
cincinnati
colorado rapids/colorado
dallas
dc united
houston dynamo/houston
minnesota united/minnesota
montreal/cf montreal
nashville
new england revolution/new england
orlando city/orlando
philadelphia union/philadelphia
portland timbers/portland
real salt lake
san diego
san jose earthquakes/san jose
seattle sounders/seattle
sporting kansas city/sporting kc/kansas city
st louis city/st louis
toronto
vancouver whitecaps/vancouver
sydney
western sydney wanderers/western sydney
melbourne city
melbourne victory
western united
macarthur
perth glory/perth
central coast mariners/central coast
adelaide united/adelaide
brisbane roar/brisbane
newcastle jets
wellington phoenix/wellington
auckland
"""

CLUB_LINES: Final = tuple(
    line
    for table in (_ENGLAND, _SPAIN, _ITALY, _GERMANY, _FRANCE, _ELSEWHERE)
    for line in table.strip().splitlines()
)

# Cities with several clubs: the bare city never stands for a club with more words in its name.
SHARED_CITIES: Final = frozenset(
    listed(
        """
    athens barcelona belgrade berlin birmingham bristol bucharest budapest copenhagen dundee
    glasgow hamburg istanbul jeddah krakow lisbon liverpool london madrid manchester melbourne
    milan montevideo moscow munich nottingham osaka paris prague riyadh rome seoul sheffield
    sofia stockholm sydney tehran tokyo turin verona vienna warsaw zagreb
        """
    )
) - {"nottingham", "verona", "copenhagen"}
