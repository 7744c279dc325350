using System.Collections.Immutable;
using Berth.Graph.Requests;

namespace Berth.Graph.Faults;

/// <summary>What a request costs in the directory's cost model (L165).</summary>
/// <param name="Units">Resource units, at least 1.</param>
/// <param name="Writes">1 for a write, else 0.</param>
internal readonly record struct ResourceUnits(int Units, int Writes)
{
    /// <summary>A <c>$top</c> below this makes a request cheaper.</summary>
    public const int SmallPage = 20;

    /// <summary>The cost of a request.</summary>
    public static ResourceUnits Of(GraphRequest request)
    {
        ResourceUnits cost = request.Method switch
        {
            GraphMethod.Get => new(Reading(request.Path.Segments), 0),
            GraphMethod.Post => Posting(request.Path.Segments),
            GraphMethod.Patch or GraphMethod.Put or GraphMethod.Delete or GraphMethod.Other => new(1, 1),
        };
        return cost with { Units = Math.Max(1, cost.Units + Options(request.Query)) };
    }

    private static int Reading(ImmutableArray<PathSegment> segments)
    {
        // A cast does not change what is read.
        while (segments is [.., _, { IsQualified: true }])
        {
            segments = segments[..^1];
        }

        return segments switch
        {
            [{ IsKey: false } only] => Name(only) switch { "users" => 2, "subscribedskus" => 3, _ => 1 },
            [{ IsKey: false } root, _, { IsKey: false } relation] => (Name(root), Name(relation)) switch
            {
                ("groups", "members") => 3,
                ("groups", "transitivemembers") => 5,
                ("users", "licensedetails" or "memberof" or "transitivememberof" or "ownedobjects") => 2,
                _ => 1,
            },
            _ => 1,
        };
    }

    private static ResourceUnits Posting(ImmutableArray<PathSegment> segments) => segments is [.., { IsKey: false } last]
        ? Name(last) switch
        {
            "getbyids" => new(3, 0),
            "ismemberof" or "checkmembergroups" or "checkmemberobjects" => new(4, 0),
            "getmembergroups" or "getmemberobjects" => new(2, 0),
            _ => new(1, 1),
        }
        : new(1, 1);

    private static int Options(string query)
    {
        int change = 0;
        foreach (string option in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = option.IndexOf('=', StringComparison.Ordinal);
            string value = equals < 0 ? "" : option[(equals + 1)..];
            change += Uri.UnescapeDataString(equals < 0 ? option : option[..equals]).TrimStart('$').ToUpperInvariant() switch
            {
                "SELECT" => -1,
                "EXPAND" => 1,
                "TOP" when int.TryParse(value, out int top) && top < SmallPage => -1,
                _ => 0,
            };
        }

        return change;
    }

    private static string Name(in PathSegment segment) => segment.Name.ToLowerInvariant();
}
