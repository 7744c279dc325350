using System.Text.Json.Serialization;
using Berth.Portal.Graph;
using Berth.Portal.Users;

namespace Berth.Portal.Licenses;

/// <summary>What the tenant has of a SKU in Microsoft's own model of pools, whose id leads to its assignments and to those who wait.</summary>
public sealed record Allotment(string Id, Guid SkuId);

/// <summary>A list of which only the length counts.</summary>
public sealed record Counted([property: JsonPropertyName("@odata.count")] int Count);

/// <summary>A way on which a SKU comes: it is assigned to a group or to one user.</summary>
public sealed record PoolAssignment(AssignedTo? AssignedTo);

/// <summary>To whom.</summary>
public sealed record AssignedTo([property: JsonPropertyName("@odata.type")] string Type, Guid Id, string? DisplayName)
{
    /// <summary>Whether it is a group.</summary>
    public bool IsGroup => Type.EndsWith("group", StringComparison.Ordinal);
}

/// <summary>Somebody who waits for a seat, in the order in which seats are given.</summary>
public sealed record Waiting(Guid UserId, Guid GroupId, Guid SkuId, DateTimeOffset WaitingSince);

/// <summary>Objects whose names are asked for.</summary>
public sealed record NamesQuestion(IReadOnlyList<Guid> Ids);

/// <summary>A subscription of the tenant.</summary>
public sealed record Subscription(Guid Id, Guid SkuId, int Units, string Status, bool IsTrial, DateTimeOffset CreatedDateTime);


[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(GraphPage<Allotment>))]
[JsonSerializable(typeof(Counted))]
[JsonSerializable(typeof(GraphPage<PoolAssignment>))]
[JsonSerializable(typeof(GraphPage<Waiting>))]
[JsonSerializable(typeof(GraphPage<DirectoryUser>))]
[JsonSerializable(typeof(GraphPage<NamedGroup>))]
[JsonSerializable(typeof(GraphPage<Subscription>))]
[JsonSerializable(typeof(NamesQuestion))]
[JsonSerializable(typeof(Subscription))]
internal sealed partial class LicenseJson : JsonSerializerContext;
