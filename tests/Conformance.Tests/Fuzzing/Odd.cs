using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Berth.Conformance.Tests.Fuzzing;

/// <summary>What nobody means to send: odd texts, odd JSON, and good inputs with something changed in them. One number settles all of it.</summary>
internal sealed class Odd(int seed)
{
    private readonly Random _draw = new(seed);

    private static readonly string[] Texts =
    [
        "", " ", "\0", "\u0001", "\u007f", "\ufeff", "\u2028", "\ud800", "\udc00x", "\ufffd", "\u202e", "ä", "\U0001F4BB", "e\u0301", "İı", "'", "''", "\"", "\\", "/", "//", "..", "../../etc/passwd", "%", "%00", "%zz", "%25", "%c0%af", "+",
        "&", "=", "?", "#", ";", ":", ",", "|", "$", "@", "@x.example", "(", ")", "[", "]", "{", "}", "<script>", "<!DOCTYPE x>", "null", "true", "false", "NaN", "Infinity", "-0", "0", "1", "-1", "1e999999", "1E-999999", "0x10",
        "2147483647", "2147483648", "-2147483649", "9223372036854775807", "9223372036854775808", "99999999999999999999999999999999999999", "1.7976931348623157e309", "0.1", "00", "١٢", "00000000-0000-0000-0000-000000000000",
        "{00000000-0000-0000-0000-000000000000}", "ffffffff-ffff-ffff-ffff-ffffffffffff", "me", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.9999999Z", "9999-12-31T23:59:59-14:00", "2026-02-30T00:00:00Z", "2026-11-27", "2026-11-27T24:00:00Z",
        "P1D", "PT0S", "-P1D", "P99999999Y", "PT99999999999S", "P1Y2M3DT4H5M6.789S", "PT", "* * * * *", "0 0 31 2 *", "*/0 * * * *", "59-0 * * * *", "@every", "W10", "eyJhbGciOiJub25lIn0.e30.", "AAAA", "=", "a=b=c", "*", "**", "/*", "--", ";drop table journal",
        "x' or 1=1", "user.department -eq \"x\"", "(a+)+$", "latest", "http://127.0.0.1:1/", "https://", "file:///etc/passwd", "javascript:alert(1)", "\r\n\r\n", "\r\nSet-Cookie: a=b", "sep=;", "=cmd|' /C calc'!A0", "<<: *a", "&a [*a,*a]", "!!binary", "\u00a0",
    ];

    /// <summary>The next number below a bound.</summary>
    public int Below(int bound) => _draw.Next(bound);

    /// <summary>Whether it happens, once in so many times.</summary>
    public bool Once(int times) => _draw.Next(times) == 0;

    /// <summary>One of several.</summary>
    public T Of<T>(IReadOnlyList<T> several) => several[_draw.Next(several.Count)];

    /// <summary>An id of nothing.</summary>
    public Guid Id()
    {
        Span<byte> bytes = stackalloc byte[16];
        _draw.NextBytes(bytes);
        return new Guid(bytes);
    }

    /// <summary>An odd text: mostly short, now and then long.</summary>
    public string Text() => _draw.Next(12) switch
    {
        0 => new string((char)_draw.Next(32, 0x2ff), 1 << _draw.Next(12)),
        1 => string.Concat(Enumerable.Range(0, _draw.Next(30)).Select(_ => (char)_draw.Next(0x10000))),
        2 => Of(Texts) + Of(Texts) + Of(Texts),
        3 => Repeated(Of(["(", "[", "{", "not ", "-not ", "a/", "a.", "$", "\\", "%", "'", "\"", "x,", "((", "|", "*", "a eq 1 or "]), 4000),
        4 => Id().ToString(),
        _ => Of(Texts),
    };

    /// <summary>The same piece again and again.</summary>
    public string Repeated(string piece, int most) => string.Concat(Enumerable.Repeat(piece, 1 << _draw.Next((int)Math.Log2(most) + 1)));

    /// <summary>Pieces of a language in any order, with something odd between them now and then.</summary>
    public string Soup(IReadOnlyList<string> pieces, int most, string blank = " ")
    {
        StringBuilder text = new();
        for (int left = _draw.Next(most + 1); left > 0; left--)
        {
            text.Append(Once(12) ? Text() : Of(pieces)).Append(Once(6) ? "" : blank);
        }

        return text.ToString();
    }

    /// <summary>A text with a few characters cut, doubled, put in or in another place.</summary>
    public string Mutated(string good)
    {
        StringBuilder text = new(good);
        for (int left = 1 + _draw.Next(4); left > 0; left--)
        {
            int at = _draw.Next(text.Length + 1), length = Math.Min(_draw.Next(1 + _draw.Next(20)), text.Length - at);
            switch (_draw.Next(5))
            {
                case 0:
                    text.Remove(at, length);
                    break;
                case 1:
                    text.Insert(at, text.ToString(at, length));
                    break;
                case 2:
                    text.Insert(at, Text());
                    break;
                case 3 when at < text.Length:
                    text[at] = (char)(Once(2) ? _draw.Next(128) : _draw.Next(0x10000));
                    break;
                default:
                    text.Length = at;
                    text.Append(good.AsSpan(_draw.Next(good.Length + 1)));
                    break;
            }
        }

        return text.ToString();
    }

    /// <summary>Bytes with some cut, doubled, turned over or put in.</summary>
    public byte[] Mutated(byte[] good)
    {
        List<byte> bytes = [.. good];
        for (int left = 1 + _draw.Next(6); left > 0; left--)
        {
            int at = _draw.Next(bytes.Count + 1), length = Math.Min(_draw.Next(1 + _draw.Next(40)), bytes.Count - at);
            switch (_draw.Next(6))
            {
                case 0:
                    bytes.RemoveRange(at, length);
                    break;
                case 1:
                    bytes.InsertRange(at, bytes.GetRange(at, length));
                    break;
                case 2 when at < bytes.Count:
                    bytes[at] = (byte)_draw.Next(256);
                    break;
                case 3 when at < bytes.Count:
                    bytes[at] ^= (byte)(1 << _draw.Next(8));
                    break;
                case 4:
                    bytes.InsertRange(at, Of<byte[]>([[0], [0xff, 0xfe], [0xef, 0xbb, 0xbf], [0xc0, 0xaf], [0xed, 0xa0, 0x80], "\\ud800"u8.ToArray(), "[[[["u8.ToArray(), "1e999999"u8.ToArray(), [0x7f, 0xff, 0xff, 0xff], [0xff, 0xff, 0xff, 0xff]]));
                    break;
                default:
                    bytes.RemoveRange(at, bytes.Count - at);
                    bytes.AddRange(good.AsSpan(_draw.Next(good.Length + 1)));
                    break;
            }
        }

        return [.. bytes];
    }

    /// <summary>JSON of any shape, as text; not always JSON.</summary>
    public string Json(int depth = 3) => _draw.Next(depth > 0 ? 12 : 8) switch
    {
        0 => "null",
        1 => Of(["true", "false"]),
        2 => Of(["0", "-0", "1", "-1", "1.5", "1e2", "1e999999", "-1e-999999", "2147483648", "99999999999999999999999999", "0.1e1", "12345678901234567890.123456789"]),
        3 => Of(["\"\\ud800\"", "\"\\u0000\"", "\"\\udc00\\ud800\"", "\"\\u00e4\"", "\"a\\/b\"", "01", "'x'", "NaN", "tru", "\"", "{", "[", "]", ",", "/*x*/1", "\ufeff1", "\"\u0001\""]),
        4 => JsonSerializer.Serialize(Id()),
        5 or 6 or 7 => Quoted(Text()),
        8 or 9 => $"[{string.Join(Once(15) ? ",," : ",", Enumerable.Range(0, _draw.Next(4)).Select(_ => Json(depth - 1)))}]",
        10 => Deep(),
        _ => $"{{{string.Join(",", Enumerable.Range(0, _draw.Next(5)).Select(_ => $"{Quoted(Once(3) ? Text() : Of(["id", "displayName", "@odata.type", "x@odata.bind", "value", "kind", "", "ID", "constructor", "$ref"]))}:{Json(depth - 1)}"))}}}",
    };

    /// <summary>A good body with values, names or pieces of it changed.</summary>
    public string Json(string good)
    {
        JsonNode? root;
        try
        {
            root = JsonNode.Parse(good);
        }
        catch (JsonException)
        {
            return Mutated(good);
        }

        // Changed as text at the marks, since what is put in need not be JSON.
        List<(string Mark, string Text)> marks = [];
        for (int left = _draw.Next(4); left > 0; left--)
        {
            List<JsonNode> containers = [];
            Collect(root, containers);
            if (containers.Count == 0)
            {
                break;
            }

            string mark = string.Create(CultureInfo.InvariantCulture, $"mark-{marks.Count}-of-odd");
            switch (Of(containers))
            {
                case JsonObject { Count: > 0 } some:
                    string name = some.ElementAt(_draw.Next(some.Count)).Key;
                    JsonNode? was = some[name]?.DeepClone();
                    switch (_draw.Next(6))
                    {
                        case 0:
                            some.Remove(name);
                            break;
                        case 1:
                            some[Once(2) ? name.ToUpperInvariant() + "" : Text()] = was;
                            break;
                        case 2:
                            // The same name a second time.
                            marks.Add((mark, $"{was?.ToJsonString() ?? "null"},{Quoted(name)}:{Json(1)}"));
                            some[name] = mark;
                            break;
                        default:
                            marks.Add((mark, Json(2)));
                            some[name] = mark;
                            break;
                    }

                    break;
                case JsonArray { Count: > 0 } list:
                    int at = _draw.Next(list.Count);
                    JsonNode? item = list[at]?.DeepClone();
                    switch (_draw.Next(4))
                    {
                        case 0:
                            list.RemoveAt(at);
                            break;
                        case 1:
                            for (int times = 1 << _draw.Next(7); times > 0; times--)
                            {
                                list.Add(item?.DeepClone());
                            }

                            break;
                        default:
                            marks.Add((mark, Json(2)));
                            list[at] = mark;
                            break;
                    }

                    break;
                case JsonObject empty:
                    empty["x"] = 1;
                    break;
                case JsonArray empty:
                    empty.Add(null);
                    break;
            }
        }

        string text = root?.ToJsonString() ?? "null";
        return marks.Aggregate(text, (so, mark) => so.Replace($"\"{mark.Mark}\"", mark.Text, StringComparison.Ordinal));
    }

    /// <summary>A text in JSON's quotes; what no character is, is escaped.</summary>
    public static string Quoted(string text)
    {
        StringBuilder quoted = new("\"");
        foreach (char letter in text)
        {
            quoted.Append(letter is '"' or '\\' or < ' ' || char.IsSurrogate(letter) ? string.Create(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}") : letter.ToString());
        }

        return quoted.Append('"').ToString();
    }

    private string Deep()
    {
        int depth = 1 << _draw.Next(14);
        return _draw.Next(3) switch
        {
            0 => new string('[', depth) + new string(']', depth),
            1 => new string('[', depth),
            _ => string.Concat(Enumerable.Repeat("{\"a\":", depth)) + "1" + new string('}', depth),
        };
    }

    private static void Collect(JsonNode? node, List<JsonNode> containers)
    {
        switch (node)
        {
            case JsonObject some:
                containers.Add(some);
                foreach ((_, JsonNode? value) in some)
                {
                    Collect(value, containers);
                }

                break;
            case JsonArray list:
                containers.Add(list);
                foreach (JsonNode? item in list)
                {
                    Collect(item, containers);
                }

                break;
        }
    }
}
