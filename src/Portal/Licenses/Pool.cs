using System.Text.Json.Serialization;
using Berth.Portal.Graph;
using Berth.Portal.Users;

namespace Berth.Portal.Licenses;

/// <summary>A SKU of the tenant, with who waits for it and when it runs out.</summary>
/// <param name="Sku">What was bought and is used.</param>
/// <param name="Waiting">How many people wait for a seat.</param>
/// <param name="RunsOut">The first day on which the trend of the last four weeks has used up what is free; null when there is none within a year.</param>
public sealed record Pool(SubscribedSku Sku, int Waiting, DateOnly? RunsOut);

/// <summary>When seats run out.</summary>
public sealed record Forecast(IReadOnlyList<ForecastRow> Value);

/// <summary>When those of one SKU do. Who waits through two groups is counted twice here.</summary>
public sealed record ForecastRow(Guid SkuId, int Waiting, DateOnly? RunsOutDate);

/// <summary>What the tenant has of a SKU in Microsoft's own model of pools, whose id leads to those who wait.</summary>
public sealed record Allotment(string Id, Guid SkuId);

/// <summary>A place of the queue: somebody, and a group that should give them the license.</summary>
public sealed record WaitingPlace(Guid UserId, Guid GroupId, DateTimeOffset WaitingSince);

/// <summary>Somebody who waits for a seat.</summary>
/// <param name="Number">The place: number 1 gets the next seat.</param>
/// <param name="UserId">Who.</param>
/// <param name="Since">Since when.</param>
/// <param name="Groups">The groups that should give it.</param>
public sealed record WaitingPerson(int Number, Guid UserId, DateTimeOffset Since, List<Guid> Groups);

/// <summary>Objects whose names are asked for.</summary>
public sealed record NamesQuestion(IReadOnlyList<Guid> Ids);

/// <summary>A subscription of the tenant.</summary>
public sealed record Subscription(Guid Id, Guid SkuId, int Units, string Status, bool IsTrial, DateTimeOffset CreatedDateTime)
{
    /// <summary>What its status means for its units.</summary>
    public string Words => Status switch
    {
        "Enabled" => "Enabled",
        "Warning" => "To end soon; its units can be given until then",
        "Suspended" => "Suspended; its units cannot be given",
        "LockedOut" => "Locked out; its units cannot be given",
        "Deleted" => "Deleted",
        _ => Status,
    };
}

/// <summary>A SKU that can be bought.</summary>
public sealed record CatalogSku(Guid SkuId, string SkuPartNumber, string ProductName);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Forecast))]
[JsonSerializable(typeof(GraphPage<Allotment>))]
[JsonSerializable(typeof(GraphPage<WaitingPlace>))]
[JsonSerializable(typeof(GraphPage<DirectoryUser>))]
[JsonSerializable(typeof(GraphPage<NamedGroup>))]
[JsonSerializable(typeof(GraphPage<Subscription>))]
[JsonSerializable(typeof(GraphPage<CatalogSku>))]
[JsonSerializable(typeof(NamesQuestion))]
internal sealed partial class LicenseJson : JsonSerializerContext;
