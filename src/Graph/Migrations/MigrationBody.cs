using System.Text.Json;
using Berth.Engine.Collections;
using Berth.Engine.Insight.Migrations;
using Berth.Graph.Writes;

namespace Berth.Graph.Migrations;

/// <summary>Reads what is to move (B595).</summary>
internal static class MigrationBody
{
    private static readonly Dictionary<string, string> Kinds =
        Enum.GetValues<MigrationKind>().Select(MigrationJson.NameOf).ToDictionary(static name => name, StringComparer.OrdinalIgnoreCase);

    /// <summary>The request; null when something is wrong, which the reader then says.</summary>
    public static MigrationRequest? Read(BodyReader read, JsonElement body)
    {
        string? kind = null;
        Guid? from = null, to = null;
        ValueArray<Guid> skus = [], users = [];
        bool losses = false;
        foreach ((string name, JsonElement value) in read.Properties(body, "body"))
        {
            switch (name.ToUpperInvariant())
            {
                case "KIND":
                    kind = read.OneOf(value, name, Kinds);
                    break;
                case "SKUIDS":
                    skus = value.ValueKind == JsonValueKind.Null ? [] : read.Ids(value, name);
                    break;
                case "FROMGROUPID":
                    from = value.ValueKind == JsonValueKind.Null ? null : read.Id(value, name);
                    break;
                case "TOGROUPID":
                    to = read.Id(value, name);
                    break;
                case "ACCEPTLOSSES":
                    losses = read.Flag(value, name);
                    break;
                case "USERIDS":
                    users = value.ValueKind == JsonValueKind.Null ? [] : read.Ids(value, name);
                    break;
                default:
                    read.FailUnknown(name, "A migration has kind, skuIds, fromGroupId, toGroupId, userIds and acceptLosses.");
                    break;
            }
        }

        if (kind is null || to is null)
        {
            read.FailMissing(kind is null ? "kind" : "toGroupId");
            return null;
        }

        MigrationKind wanted = Enum.GetValues<MigrationKind>().First(one => MigrationJson.NameOf(one) == kind);
        if (skus.Count > MigrationRequest.MostSkus || users.Count > MigrationRequest.MostUsers)
        {
            read.FailValue(skus.Count > MigrationRequest.MostSkus ? "skuIds" : "userIds", $"A migration has at most {MigrationRequest.MostSkus} SKUs and {MigrationRequest.MostUsers} users (B595).");
        }
        else if (skus.Distinct().Count() != skus.Count)
        {
            read.FailValue("skuIds", "Each SKU is named once.");
        }
        else if (wanted == MigrationKind.GroupToGroup && from is null)
        {
            read.FailMissing("fromGroupId");
        }
        else if (wanted == MigrationKind.GroupToGroup && from == to)
        {
            read.FailValue("fromGroupId", "The two groups are one: a group gives another SKU with kind switchSku (L81).");
        }
        else if (wanted != MigrationKind.GroupToGroup && from is not null)
        {
            read.FailValue("fromGroupId", "Only groupToGroup leaves a group.");
        }
        else if (wanted == MigrationKind.DirectToGroup && skus.Count == 0)
        {
            read.FailMissing("skuIds");
        }
        else if (wanted == MigrationKind.SwitchSku && (skus.Count != 2 || users.Count > 0))
        {
            read.FailValue("skuIds", "switchSku has two SKUs, the one that goes and the one that comes, and is for all members of the group.");
        }

        return new MigrationRequest(wanted, skus, from ?? Guid.Empty, to.Value, users) { AcceptsLosses = losses };
    }
}
