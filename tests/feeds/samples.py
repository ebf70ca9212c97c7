"""Frames in the shape each provider documents, written for these tests."""

from __future__ import annotations

BINANCE_TRADE = (
    '{"e":"trade","E":1700000000123,"s":"BTCUSDT","t":12345,"p":"61234.50000000","q":"0.00250000",'
    '"T":1700000000120,"m":true,"M":true}'
)
BINANCE_AGGREGATE = (
    '{"e":"aggTrade","E":1700000000223,"s":"BTCUSDT","a":777,"p":"61235.00000000","q":"0.50000000",'
    '"f":12346,"l":12349,"T":1700000000220,"m":false,"M":true}'
)
BINANCE_BOOK = (
    '{"u":400900217,"s":"BTCUSDT","b":"61234.40000000","B":"3.10000000","a":"61234.60000000","A":"4.20000000"}'
)
BINANCE_TICKER = (
    '{"e":"24hrTicker","E":1700000001000,"s":"BTCUSDT","p":"100.0","P":"0.16","w":"61100.0","x":"61130.0",'
    '"c":"61234.5","Q":"0.01","b":"61234.4","B":"3.1","a":"61234.6","A":"4.2","o":"61134.5","h":"61500.0",'
    '"l":"60900.0","v":"12345.678","q":"755000000","O":1699913601000,"C":1700000001000,"F":1,"L":18150,"n":18150}'
)
BINANCE_MINI = (
    '{"e":"24hrMiniTicker","E":1700000001000,"s":"BTCUSDT","c":"61234.5","o":"61134.5","h":"61500.0",'
    '"l":"60900.0","v":"12345.678","q":"755000000"}'
)
BINANCE_KLINE = (
    '{"e":"kline","E":1700000001000,"s":"BTCUSDT","k":{"t":1699999980000,"T":1700000039999,"s":"BTCUSDT",'
    '"i":"1m","f":100,"L":200,"o":"61200.1","c":"61234.5","h":"61240.0","l":"61199.9","v":"12.5","n":100,'
    '"x":false,"q":"765000","V":"6.1","Q":"370000","B":"0"}}'
)

COINBASE_TICKER = (
    '{"type":"ticker","sequence":333938798,"product_id":"BTC-USD","price":"61234.51","open_24h":"61000.00",'
    '"volume_24h":"9438.12800000","low_24h":"60100.11","high_24h":"61900.99","volume_30d":"229557.5",'
    '"best_bid":"61234.50","best_bid_size":"0.5","best_ask":"61234.52","best_ask_size":"0.7","side":"buy",'
    '"time":"2023-11-14T22:13:20.123456Z","trade_id":881613,"last_size":"0.04"}'
)
COINBASE_MATCH = (
    '{"type":"match","trade_id":881614,"maker_order_id":"2a0da34e","taker_order_id":"3c82abaa","side":"sell",'
    '"size":"0.25","price":"61234.50","product_id":"BTC-USD","sequence":333938799,'
    '"time":"2023-11-14T22:13:21.000001Z"}'
)
COINBASE_SUBSCRIPTIONS = (
    '{"type":"subscriptions","channels":[{"name":"ticker","product_ids":["BTC-USD","ETH-USD"]},'
    '{"name":"heartbeat","product_ids":["BTC-USD"]}]}'
)
COINBASE_HEARTBEAT = (
    '{"type":"heartbeat","sequence":90,"last_trade_id":20,"product_id":"BTC-USD","time":"2023-11-14T22:13:20Z"}'
)
COINBASE_ERROR = '{"type":"error","message":"Failed to subscribe","reason":"NOPE-USD is not a valid product"}'

FINNHUB_TRADES = (
    '{"data":[{"c":["1","8"],"p":122.1,"s":"TSLA","t":1700000000187,"v":1},'
    '{"c":null,"p":129.575,"s":"AAPL","t":1700000000785,"v":0.5},{"p":1.0825,"s":"OANDA:EUR_USD","t":1700000000900}],'
    '"type":"trade"}'
)
FINNHUB_ERROR = '{"msg":"Subscribing to too many symbols","type":"error"}'

SAMPLES: dict[str, list[str]] = {
    "binance": [
        BINANCE_TRADE,
        BINANCE_AGGREGATE,
        BINANCE_BOOK,
        BINANCE_TICKER,
        BINANCE_MINI,
        BINANCE_KLINE,
        f'{{"stream":"btcusdt@trade","data":{BINANCE_TRADE}}}',
        f'{{"stream":"btcusdt@bookTicker","data":{BINANCE_BOOK}}}',
        f'{{"stream":"btcusdt@kline_1m","data":{BINANCE_KLINE}}}',
        f'{{"stream":"!miniTicker@arr","data":[{BINANCE_MINI}]}}',
        f"[{BINANCE_MINI},{BINANCE_MINI}]",
        '{"result":null,"id":1}',
        '{"error":{"code":2,"msg":"Invalid request: invalid stream"},"id":1}',
        '{"code":2,"msg":"Invalid request","id":1}',
        '{"e":"serverShutdown","E":1700000000000}',
    ],
    "coinbase": [COINBASE_TICKER, COINBASE_MATCH, COINBASE_SUBSCRIPTIONS, COINBASE_HEARTBEAT, COINBASE_ERROR],
    "finnhub": [FINNHUB_TRADES, FINNHUB_ERROR, '{"type":"ping"}'],
    "demo": [
        '{"event":"trade","symbol":"NIMB","price":184.2,"size":100,"time_ns":1700000000000000000,"trade_id":7}',
        '{"event":"quote","symbol":"NIMB","bid":184.1,"bid_size":100,"ask":184.3,"ask_size":50,"time_ns":1}',
        '{"event":"day","symbol":"NIMB","open":180,"high":190,"low":179,"previous_close":181,"volume":1000}',
        '{"event":"reply","symbols":["NIMB"],"ok":true,"message":"subscribed"}',
    ],
}
