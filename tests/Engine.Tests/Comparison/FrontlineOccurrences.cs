namespace Berth.Engine.Tests.Comparison;

/// <summary>What the lines of a fleet show of Frontline, in words that a comparison can demand.</summary>
public static class FrontlineOccurrences
{
    /// <summary>What a line shows; nothing for a line about something else.</summary>
    public static IEnumerable<string> In(string line)
    {
        string[] words = line.Split(' ');
        return words[0] switch
        {
            "cloudPc" when words.Contains("for") || words[1] == "shared" => Row(words, words[1] == "shared" ? "shared" : "dedicated"),
            "app" => App(words, line),
            "session" => [
                .. line.Contains(" with ", StringComparison.Ordinal) ? ["session, with an app"] : Array.Empty<string>(),
                .. words.Contains("disconnected") ? ["session, disconnected"] : Array.Empty<string>(),
                .. line.EndsWith("a temporary profile", StringComparison.Ordinal) ? ["session, temporary profile"] : Array.Empty<string>(),
                .. line.EndsWith("above the limit", StringComparison.Ordinal) ? ["session, above the limit"] : Array.Empty<string>(),
            ],
            "buffer" => Buffer(words),
            "storages" => [words.Contains("exceeded") ? "storages exceeded" : "storages within the limit"],
            "storage" => [words[^1] == "connected" ? "storage connected" : "storage not connected"],
            "allotment" when words[^1] == "paused" => ["allotment paused"],
            "pool" => [
                .. Number(words[3]) > Number(words[5]) ? ["pool overdrawn"] : Array.Empty<string>(),
                .. Number(words[7]) > Number(words[9]) ? ["licenses overdrawn"] : Array.Empty<string>(),
            ],
            "anew" => [
                $"anew {words[2]}{(words.Contains("scheduled") ? " scheduled" : "")}",
                .. words.Contains("waits") ? ["anew, one waits"] : Array.Empty<string>(),
                .. words.Contains("waits") && words.Contains("made") ? ["anew, one waits for another"] : Array.Empty<string>(),
            ],
            "schedule" => [$"schedule {words[2]}", .. words.Contains("skipped") ? ["schedule skipped"] : Array.Empty<string>()],
            _ => [],
        };
    }

    private static IEnumerable<string> Row(string[] words, string mode)
    {
        yield return $"{mode} {words[3]}";
        string power = words.Contains("active") ? " active" : words.Contains("running") ? " running" : "";
        if (power.Length > 0)
        {
            yield return mode + power;
        }

        if (words.Contains("off"))
        {
            yield return $"{mode}{power} off at";
        }

        if (words.Contains("ready"))
        {
            yield return $"{mode} ready at";
        }

        if (words.Contains("prestart"))
        {
            yield return $"{mode} prestart";
        }
    }

    private static IEnumerable<string> App(string[] words, string line)
    {
        string status = words[Array.FindIndex(words, word => word.EndsWith(':')) + 1];
        yield return $"app {status}";
        if (words.Contains("available") && status != "published")
        {
            yield return $"app available, {status}";
        }

        if (line.Contains(" error ", StringComparison.Ordinal))
        {
            yield return $"app error {words[Array.IndexOf(words, "error") + 1]}";
        }
    }

    private static IEnumerable<string> Buffer(string[] words)
    {
        if (words[2] == "in")
        {
            yield return "buffer in use";
        }

        yield return $"buffer uses {words[Array.IndexOf(words, "uses") + 1]}";
        yield return $"buffer overruns {words[Array.IndexOf(words, "overruns") + 1]}";
        if (Array.IndexOf(words, "blocked") is > 0 and int at)
        {
            yield return at == words.Length - 1 ? "buffer blocked for good" : "buffer blocked until";
        }
    }

    private static long Number(string word) => long.Parse(word, System.Globalization.CultureInfo.InvariantCulture);
}
