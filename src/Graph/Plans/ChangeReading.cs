using System.Text.Json;
using Berth.Engine;
using Berth.Graph.Writes;

namespace Berth.Graph.Plans;

/// <summary>Changes as people write them down, read for a tenant that is nobody's server: a copy (contract, Change).</summary>
public static class ChangeReading
{
    /// <summary>The commands that changes are on a tenant at a time.</summary>
    /// <param name="body">JSON, as the body of a plan: <c>{"changes":[...]}</c>.</param>
    /// <param name="tenant">The tenant that they are about.</param>
    /// <param name="now">The time.</param>
    /// <returns>The commands, or a sentence on what is wrong with the list.</returns>
    public static (IReadOnlyList<Command>? Commands, string? Problem) Read(ReadOnlyMemory<byte> body, Tenant tenant, DateTimeOffset now)
    {
        BodyReader read = new("plan");
        using JsonDocument? json = read.Parse(body);
        List<PlannedChange> planned = json is null ? [] : PlanBody.Read(read, json.RootElement, tenant);
        return read.Error is { } error ? (null, error.Message) : ([.. planned.SelectMany(change => change.Commands(tenant, now))], null);
    }
}
