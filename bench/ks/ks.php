<?php
// php ks.php CALLS: a KS of version 2 in plain PHP, made and read so many times.

const SECRET = 'b7f5c1d0e3a94c52a1d6f8e7c0b9a835';

function make(int $partner, string $user, int $type, int $expiry, string $privileges): string
{
    $fields = [];
    foreach (explode(',', $privileges) as $privilege) {
        [$name, $value] = explode(':', $privilege, 2) + [1 => ''];
        $fields[$name] = $value;
    }
    $fields += ['_e' => $expiry, '_t' => $type, '_u' => $user];
    $body = random_bytes(16) . http_build_query($fields);
    $signed = sha1($body, true) . $body;
    $padded = str_pad($signed, intdiv(strlen($signed) + 15, 16) * 16, "\0");
    $key = substr(sha1(SECRET, true), 0, 16);
    $options = OPENSSL_RAW_DATA | OPENSSL_ZERO_PADDING;
    $sealed = openssl_encrypt($padded, 'aes-128-cbc', $key, $options, str_repeat("\0", 16));
    return strtr(base64_encode("v2|$partner|$sealed"), '+/', '-_');
}

function read(string $ks): array
{
    [, $partner, $sealed] = explode('|', base64_decode(strtr($ks, '-_', '+/')), 3);
    $key = substr(sha1(SECRET, true), 0, 16);
    $options = OPENSSL_RAW_DATA | OPENSSL_ZERO_PADDING;
    $padded = openssl_decrypt($sealed, 'aes-128-cbc', $key, $options, str_repeat("\0", 16));
    $body = substr(rtrim($padded, "\0"), 20);
    parse_str(substr($body, 16), $fields);
    return ['partner' => $partner, 'verified' => sha1($body, true) === substr($padded, 0, 20)] + $fields;
}

$calls = (int) $argv[1];
$expiry = time() + 86400;

$start = hrtime(true);
for ($call = 0; $call < $calls; $call++) {
    $ks = make(102, 'ada@example.org', 0, $expiry, 'edit:0_a,sview:*');
}
$made = hrtime(true) - $start;

$start = hrtime(true);
for ($call = 0; $call < $calls; $call++) {
    $fields = read($ks);
}
$read = hrtime(true) - $start;

echo json_encode([
    'ks' => $ks,
    'verified' => $fields['verified'],
    'make' => $made / 1000 / $calls,
    'read' => $read / 1000 / $calls,
]);
