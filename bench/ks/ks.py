# python3 ks.py CALLS: a KS of version 2, made so many times by Kaltura's own client.
import json
import sys
import time

from KalturaClient import KalturaClient, KalturaConfiguration

SECRET = 'b7f5c1d0e3a94c52a1d6f8e7c0b9a835'

calls = int(sys.argv[1])
client = KalturaClient(KalturaConfiguration())

start = time.perf_counter()
for _ in range(calls):
    ks = client.generateSessionV2(SECRET, 'ada@example.org', 0, 102, 86400, 'edit:0_a,sview:*')
made = time.perf_counter() - start

print(json.dumps({'ks': ks.decode(), 'make': made * 1e6 / calls}))
