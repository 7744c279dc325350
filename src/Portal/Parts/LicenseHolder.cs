using System.Text.Json;
using Berth.Portal.Graph;

namespace Berth.Portal.Parts;

/// <summary>Somebody whose direct licenses can be changed: a user, or a group that gives them to its members.</summary>
/// <param name="Id">The object id.</param>
/// <param name="Name">As people call it.</param>
/// <param name="IsGroup">Whether it is a group.</param>
/// <param name="Direct">The licenses that are assigned to it itself.</param>
/// <param name="LacksLocation">Whether it is a user without a usage location, to whom no license can be given.</param>
public sealed record LicenseHolder(string Id, string Name, bool IsGroup, IReadOnlyList<AddedLicense> Direct, bool LacksLocation)
{
    /// <summary>Its own license of a SKU, or null.</summary>
    public AddedLicense? Of(Guid sku) => Direct.FirstOrDefault(license => license.SkuId == sku);

    /// <summary>The change that gives and takes licenses.</summary>
    public PlanChange Change(IReadOnlyList<AddedLicense> add, IReadOnlyList<Guid> remove) => IsGroup
        ? new PlanChange("groupLicense") { GroupId = Id, Add = add, Remove = remove }
        : new PlanChange("userLicense") { UserId = Id, Add = add, Remove = remove };

    /// <summary>The change that says where a user uses licenses.</summary>
    public PlanChange Locate(string country) =>
        new("user") { UserId = Id, Set = JsonElement.Parse(JsonSerializer.Serialize(new UsageLocation(country), HolderJson.Default.UsageLocation)) };
}

/// <summary>Where a user uses licenses: two letters of ISO 3166.</summary>
internal sealed record UsageLocation([property: System.Text.Json.Serialization.JsonPropertyName("usageLocation")] string Country);

[System.Text.Json.Serialization.JsonSerializable(typeof(UsageLocation))]
internal sealed partial class HolderJson : System.Text.Json.Serialization.JsonSerializerContext;

/// <summary>What is to be done with licenses.</summary>
public enum LicenseVerb
{
    /// <summary>Some are given beside those that are there.</summary>
    Add,

    /// <summary>One goes and others come in its place, in one switch.</summary>
    Replace,

    /// <summary>Some are taken away.</summary>
    Remove,
}
