using System.Globalization;
using System.Text.Json;
using Berth.Graph.Requests;
using Berth.Graph.Writes;

namespace Berth.Graph.Faults;

/// <summary>Reads a rule from the body of <c>POST /berth/v1/faults</c> (B232): what has no meaning for its kind is refused, so that a typo is no silent fault.</summary>
internal static class FaultBody
{
    /// <summary>The kinds by their names on the wire.</summary>
    public static readonly Dictionary<string, FaultKind> Kinds =
        Enum.GetValues<FaultKind>().ToDictionary(kind => JsonNamingPolicy.CamelCase.ConvertName(kind.ToString()), StringComparer.OrdinalIgnoreCase);

    /// <summary>The interfaces.</summary>
    public static readonly Dictionary<string, GraphVersion> Versions = new(StringComparer.OrdinalIgnoreCase) { ["v1.0"] = GraphVersion.V1, ["beta"] = GraphVersion.Beta };

    /// <summary>Where a rule looks.</summary>
    public static readonly Dictionary<string, FaultScope> Scopes = new(StringComparer.OrdinalIgnoreCase)
    {
        ["any"] = FaultScope.Any,
        ["request"] = FaultScope.Request,
        ["batchItem"] = FaultScope.BatchItem,
    };

    /// <summary>Before or after the effect.</summary>
    public static readonly Dictionary<string, FaultMoment> Moments = new(StringComparer.OrdinalIgnoreCase)
    {
        ["before"] = FaultMoment.Before,
        ["after"] = FaultMoment.After,
    };

    /// <summary>Which reads may be behind.</summary>
    public static readonly Dictionary<string, FaultReads> Reads = new(StringComparer.OrdinalIgnoreCase)
    {
        ["eventual"] = FaultReads.Eventual,
        ["all"] = FaultReads.All,
    };

    private static readonly string[] Always = ["kind", "route", "version", "scope", "probability", "skip", "count", "seed"];

    /// <summary>The properties that a kind has beside those that every rule has.</summary>
    public static IReadOnlyList<string> PropertiesOf(FaultKind kind) => kind switch
    {
        FaultKind.Throttle => ["status", "retryAfter"],
        FaultKind.Error => ["status", "retryAfter", "moment"],
        FaultKind.Delay => ["delay"],
        FaultKind.Drop => ["moment"],
        FaultKind.Conflict => ["retryAfter"],
        FaultKind.Challenge => [],
        FaultKind.EventualConsistency => ["reads", "window", "versions"],
        FaultKind.ThrottleModel => ["resourceUnits", "writes"],
    };

    /// <summary>The rule; what is wrong with it lies in the reader.</summary>
    public static FaultRule Read(BodyReader read, JsonElement body)
    {
        Dictionary<string, JsonElement> given = new(StringComparer.OrdinalIgnoreCase);
        foreach ((string name, JsonElement value) in read.Properties(body, "body"))
        {
            given.Add(name, value);
        }

        if (read.Error is null && !given.ContainsKey("kind"))
        {
            read.FailMissing("kind");
        }

        if (read.Error is not null)
        {
            return new FaultRule { Kind = FaultKind.Error };
        }

        FaultKind kind = read.OneOf(given["kind"], "kind", Kinds);
        string wireKind = JsonNamingPolicy.CamelCase.ConvertName(kind.ToString());
        IReadOnlyList<string> own = PropertiesOf(kind);
        foreach (string name in given.Keys.Where(name => !Always.Concat(own).Contains(name, StringComparer.OrdinalIgnoreCase)))
        {
            read.FailUnknown(name, $"A fault of the kind '{wireKind}' has {string.Join(", ", Always.Concat(own))}.");
        }

        int status = Status(read, given, kind);
        FaultRule rule = new()
        {
            Kind = kind,
            Route = given.TryGetValue("route", out JsonElement route) && route.ValueKind != JsonValueKind.Null ? Route(read, route) : null,
            Version = given.TryGetValue("version", out JsonElement version) && version.ValueKind != JsonValueKind.Null ? read.OneOf(version, "version", Versions) : null,
            Scope = given.TryGetValue("scope", out JsonElement scope) ? read.OneOf(scope, "scope", Scopes) : FaultScope.Any,
            Probability = given.TryGetValue("probability", out JsonElement probability) ? Probability(read, probability) : 1,
            Skip = given.TryGetValue("skip", out JsonElement skip) ? read.Whole(skip, "skip", 0, int.MaxValue) : 0,
            Count = given.TryGetValue("count", out JsonElement count) && count.ValueKind != JsonValueKind.Null ? read.Whole(count, "count", 1, int.MaxValue) : null,
            Seed = given.TryGetValue("seed", out JsonElement seed) ? Seed(read, seed) : 0,
            Status = status,
            RetryAfter = given.TryGetValue("retryAfter", out JsonElement after)
                ? read.Whole(after, "retryAfter", 0, GraphLimits.FaultRetryAfterSeconds)
                : status is 429 or 503 ? 1 : 0,
            Delay = given.TryGetValue("delay", out JsonElement delay) ? Span(read, delay, "delay", GraphLimits.FaultDelay) : default,
            Moment = given.TryGetValue("moment", out JsonElement moment) ? read.OneOf(moment, "moment", Moments) : FaultMoment.Before,
            Reads = given.TryGetValue("reads", out JsonElement reads) ? read.OneOf(reads, "reads", Reads) : FaultReads.Eventual,
            Window = given.TryGetValue("window", out JsonElement window) ? Span(read, window, "window", GraphLimits.FaultWindow)
                : kind == FaultKind.EventualConsistency ? TimeSpan.FromSeconds(10) : default,
            Versions = given.TryGetValue("versions", out JsonElement versions) ? read.Whole(versions, "versions", 1, GraphLimits.FaultVersionsBehind)
                : kind == FaultKind.EventualConsistency ? GraphLimits.FaultVersionsBehind : 0,
            ResourceUnits = given.TryGetValue("resourceUnits", out JsonElement units) ? read.Whole(units, "resourceUnits", 1, GraphLimits.FaultQuota) : null,
            Writes = given.TryGetValue("writes", out JsonElement writes) ? read.Whole(writes, "writes", 1, GraphLimits.FaultQuota) : null,
        };
        if (kind == FaultKind.Delay && !given.ContainsKey("delay"))
        {
            read.FailMissing("delay");
        }

        if (kind is FaultKind.Drop or FaultKind.Challenge && rule.Scope == FaultScope.BatchItem)
        {
            read.FailValue("scope", $"A fault of the kind '{wireKind}' concerns a whole connection or token: an item of a batch has none.");
        }

        return rule;
    }

    private static int Status(BodyReader read, Dictionary<string, JsonElement> given, FaultKind kind)
    {
        int[] possible = kind switch { FaultKind.Throttle => [429, 503], FaultKind.Error => [500, 502, 503, 504], _ => [] };
        if (possible.Length == 0 || !given.TryGetValue("status", out JsonElement element))
        {
            return possible.FirstOrDefault();
        }

        int status = read.Whole(element, "status", 0, 999);
        if (!possible.Contains(status))
        {
            read.FailValue("status", $"It must be one of {string.Join(", ", possible)}.");
        }

        return status;
    }

    private static RoutePattern? Route(BodyReader read, JsonElement element)
    {
        string text = read.Required(element, "route", GraphLimits.FaultRouteCharacters);
        if (read.Error is not null)
        {
            return null;
        }

        (RoutePattern? pattern, string? problem) = RoutePattern.Read(text);
        if (pattern is null)
        {
            read.FailValue("route", problem);
        }
        else if (!GraphRoom.Table.Routes.Any(route => route.Versions is not (Routes.RouteVersions.Berth or Routes.RouteVersions.Scim) && pattern.CanMatch(route)))
        {
            read.FailValue("route", $"No route of /v1.0 or /beta fits '{text}', so the fault would never strike. Write the path without a version, and /users/{{user}} for /me.");
        }

        return pattern;
    }

    private static double Probability(BodyReader read, JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Number)
        {
            read.FailType(element, "probability", "Edm.Double");
            return 1;
        }

        if (!element.TryGetDouble(out double share) || share is not (>= 0 and <= 1))
        {
            read.FailValue("probability", "It must be a number from 0 to 1.");
        }

        return share;
    }

    private static long Seed(BodyReader read, JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Number || !element.TryGetInt64(out long seed))
        {
            read.FailValue("seed", "It must be a whole number of at most 64 bits.");
            return 0;
        }

        return seed;
    }

    private static TimeSpan Span(BodyReader read, JsonElement element, string name, TimeSpan most)
    {
        TimeSpan span = read.Duration(element, name);
        if (read.Error is null && (span <= TimeSpan.Zero || span > most))
        {
            read.FailValue(name, string.Create(CultureInfo.InvariantCulture, $"It must be longer than nothing and at most {most.TotalMinutes} minutes."));
        }

        return span;
    }
}
