"""Exports of brokers and programs as they are written, with invented holdings, and the symbols in them."""

from __future__ import annotations

from typing import Final

_FIDELITY: Final = """Account Number,Account Name,Symbol,Description,Quantity,Last Price,Last Price Change,Current Value,Type
Z12345678,INDIVIDUAL,SPAXX**,HELD IN MONEY MARKET,,,,$1234.56,Cash,
Z12345678,INDIVIDUAL,AAPL,APPLE INC,10,$189.50,+$1.20,$1895.00,Cash,
Z12345678,INDIVIDUAL,BRK.B,BERKSHIRE HATHAWAY INC,2,$410.00,-$0.50,$820.00,Margin,
Z12345678,INDIVIDUAL,Pending Activity,,,,,$-12.00,

"The data and information in this spreadsheet is provided to you solely for your use and is not for distribution.",
"Brokerage services are provided by a broker. Both are members of an exchange, the NYSE, and of SIPC."

"Date downloaded 11/28/2026 9:41 am"
"""
_SCHWAB: Final = """"Positions for account Individual ...123 as of 08:05 PM ET, 2026/11/28"

"Symbol","Description","Qty (Quantity)","Price","Mkt Val (Market Value)","Security Type",
"AAPL","APPLE INC","10","$189.50","$1,895.00","Equity",
"VTI","VANGUARD TOTAL STOCK MARKET ETF","5","$250.10","$1,250.50","ETFs & Closed End Funds",
"Cash & Cash Investments","--","--","--","$500.00","Cash and Money Market",
"Account Total","--","--","--","$3,645.50","--",
"""
_VANGUARD: Final = """Account Number,Investment Name,Symbol,Shares,Share Price,Total Value,
12345678,Vanguard Federal Money Market Fund,VMFXX,100.5,1,100.5,
12345678,VANGUARD TOTAL WORLD STOCK ETF,VT,20,110.25,2205,


Account Number,Trade Date,Settlement Date,Transaction Type,Transaction Description,Investment Name,Symbol,Shares,Share Price
12345678,2026-11-02,2026-11-04,Buy,Buy,VANGUARD TOTAL WORLD STOCK ETF,VT,1,110
12345678,2026-11-03,2026-11-05,Buy,Buy,VANGUARD TOTAL BOND ETF,BND,1,75
12345678,2026-11-03,2026-11-05,Sweep out,Sweep out,CASH,,-185,1
"""
_TRADING_212: Final = """Action,Time,ISIN,Ticker,Name,No. of shares,Price / share,Currency (Price / share),Total
Market buy,2026-11-02 14:30:01,US0378331005,AAPL,"Apple, Inc.",0.5,189.50,USD,88.10
Deposit,2026-11-02 14:00:00,,,,,,,500.00
Market buy,2026-11-03 09:00:00,IE00B3XXRP09,VUSA,Vanguard S&P 500,1.2,80.01,GBP,96.01
"""
_DEGIRO: Final = """Produkt,Symbol/ISIN,Anzahl,Schlußkurs,Wert,,Wert in EUR
CASH & CASH FUND & FTX CASH (EUR),,,,EUR,"12,34","12,34"
APPLE INC. - COMMON ST,US0378331005,10,"189,50",USD,"1895,00","1750,10"
"""
_COMDIRECT: Final = """"Depotübersicht vom 28.11.2026 09:41";
"Depotnummer: 123 4567 00";

"Stück/Nom.";"Bezeichnung";"WKN";"Typ";"Währung";"Akt. Kurs";"Diff. seit Kauf in %";"Wert in EUR"
"10";"SAP SE O.N.";"716460";"Aktie";"EUR";"120,50";"+12,3";"1.205,00"
"5";"BAY.MOTOREN WERKE AG ST";"519000";"Aktie";"EUR";"95,10";"-1,2";"475,50"
"Gesamt";"";"";"";"";"";"";"1.680,50"
"""
_YAHOO: Final = """Symbol,Current Price,Date,Time,Change,Open,High,Low,Volume,Trade Date,Purchase Price,Quantity,Commission,Comment
AAPL,189.5,2026/11/27,13:00 EST,1.2,188.0,190.1,187.5,40000000,20240105,150.0,10.0,,
^GSPC,5900.1,2026/11/27,16:00 EST,10.0,5890.0,5910.0,5880.0,2000000000,,,,,
BTC-USD,95000.5,2026/11/28,09:41 UTC,-10,,,,,,,,,"first line
second line"
$$CASH_TX,,,,,,,,,20240105,1.0,500.0,,DEPOSIT
"""
_THINKORSWIM: Final = """﻿Watchlist 'My list' on 11/28/26 09:41:00



Symbol,Last,Net Chng,Bid,Ask,Volume
AAPL,189.50,+1.20,189.49,189.51,"40,000,000"
/ES,5901.25,-3.50,5901.00,5901.25,"900,000"
.AAPL261218C200,2.10,+.05,2.05,2.15,"1,200"
BRK/B,410.00,-.50,409.90,410.10,"3,000"
"""
_GERMAN_SHEET: Final = "Name;Kürzel;Kurs;Datum\nApple Inc.;AAPL;189,50 €;28.11.2026\nSAP SE;SAP;120,50 €;28.11.2026\n;;;\nSumme;;310,00 €;\n"
_FRENCH_SHEET: Final = (
    "Mon portefeuille\n\nLibellé\tMnémonique\tCours\nTotalEnergies\tTTE\t58,20\nSociété Générale\tGLE\t25,10\n"
)
_IB_STATEMENT: Final = """Statement,Header,Field Name,Field Value
Statement,Data,BrokerName,Interactive Brokers
Open Positions,Header,DataDiscriminator,Asset Category,Currency,Symbol,Quantity,Cost Price
Open Positions,Data,Summary,Stocks,USD,AAPL,10,150.1
Open Positions,Data,Summary,Stocks,EUR,SAP,5,110.2
Open Positions,Total,,Stocks,USD,,,1501
"""
_ETRADE: Final = """Account Summary

Account,Net Account Value,Total Gain $
"Brokerage -1234","$12,345.67","$345.10"

View Summary - All Positions
Filters,"All, Symbol (asc)"

Symbol,Last Price $,Change $,Change %,Quantity,Price Paid $,Day's Gain $,Value $
AAPL,189.5,1.2,0.64,10,150,12,1895
VTI,250.1,-0.1,-0.04,5,200,-0.5,1250.5
CASH,,,,,,,9200.17
TOTAL,,,,,,11.5,12345.67

Generated at Nov 28 2026 09:41 AM ET
"""
_DISNAT: Final = """Date de transaction,Type de transaction,Classe d'actif,Symbole,Description,Marché,Quantité,Prix,Devise du prix
-,DIVIDENDE SOCIÉTÉ FIDUCIE,Actions,CASH,GLB X HIGH INT SVGS-A ETF,-,38,-,CAN
-,TAXE DE VENTE DU QUÉBEC,-,-,TVQ FRAIS REER 2025,-,0,-,CAN
2025-07-31,ACHAT,Actions,VEQT-C,VANGUARD ALL-EQ ETF PTFL,CAN,10,"49,38",CAN
"""
_SAXO: Final = """Client ID,Trade Date,Type,Instrument,Instrument ISIN,Exchange Description,Instrument Symbol,Event,Amount
,02-Apr-2026,Corporate action,Vanguard FTSE All-World UCITS ETF,IE00B3RBWM25,Euronext Amsterdam,VWRL:xams,Dividend,1.83
,30-Dec-2026,Trade,NVIDIA Corp.,US67066G1040,NASDAQ,NVDA:xnas,Buy 3 @ 134.85 USD,"-405,55"
,02-Jan-2026,Cash amount,,,,,Custody Fee,"-3,91"
"""
_FINECO: Final = """Dossier: 123456789,,,,,,
Titoli e operazioni,,,,,,
Operazione,Data valuta,Descrizione,Titolo,Isin,Segno,Quantita
15/01/2026,17/01/2026,Compravendita titoli,APPLE INC,US0378331005,A,5
15/01/2026,17/01/2026,Compravendita titoli,ISHARES MSCI WORLD ACC,IE00B4L5Y983,V,5
"""
_PARQET: Final = """"date";"price";"shares";"type";"broker";"assettype";"identifier";"wkn";"currency";"holdingname"
"02.08.2026";28,03;17,83803;"Buy";"trade_republic";"Security";"LU2089238203";"A2PWMK";"EUR";"Amundi Prime Global"
"02.08.2026";28,03;17,83803;"Buy";"scalable_capital";"Security";"US0378331005";"865985";"EUR";"Apple"
"""

# The symbols, and how many lines are not understood.
EXPORTS: Final[dict[str, tuple[str, tuple[str, ...], int]]] = {
    "Fidelity": (_FIDELITY, ("SPAXX", "AAPL", "BRK.B"), 0),
    "Schwab": (_SCHWAB, ("AAPL", "VTI"), 0),
    "Vanguard": (_VANGUARD, ("VMFXX", "VT", "BND"), 0),
    "Trading 212": (_TRADING_212, ("AAPL", "VUSA"), 0),
    "Degiro": (_DEGIRO, (), 1),
    "comdirect": (_COMDIRECT, (), 2),
    "Yahoo": (_YAHOO, ("AAPL", "^GSPC", "BTC-USD"), 0),
    "thinkorswim": (_THINKORSWIM, ("AAPL", "/ES", ".AAPL261218C200", "BRK/B"), 0),
    "a German spreadsheet": (_GERMAN_SHEET, ("AAPL", "SAP"), 0),
    "a French spreadsheet": (_FRENCH_SHEET, ("TTE", "GLE"), 0),
    "a statement of Interactive Brokers": (_IB_STATEMENT, ("AAPL", "SAP"), 0),
    "E*TRADE": (_ETRADE, ("AAPL", "VTI"), 0),
    "Disnat, with a fund whose symbol is CASH": (_DISNAT, ("CASH", "VEQT-C"), 0),
    "Saxo": (_SAXO, ("VWRL:xams", "NVDA:xnas"), 0),
    "Fineco, whose signs of buying and selling are letters": (_FINECO, (), 2),
    "Parqet": (_PARQET, (), 2),
    "symbol and name": ("AAPL\tApple\nMSFT\tMicrosoft\nV\tVisa\n", ("AAPL", "MSFT", "V"), 0),
    "name and symbol": ("Apple Inc.,AAPL\nSAP SE,SAP\nVisa Inc.,V\n", ("AAPL", "SAP", "V"), 0),
    "symbol and exchange": ("MSFT,NASDAQ\nIBM,NYSE\nGOOG,NASDAQ\n.DJI\n", ("MSFT", "IBM", "GOOG", ".DJI"), 0),
    "our own table": ("Symbol,Feed,Last\nBTC-USD,coins,61234.5\nAAPL,desk,\n", ("BTC-USD", "AAPL"), 0),
}
