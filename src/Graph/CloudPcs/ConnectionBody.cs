using System.Text.Json;
using Berth.Engine.CloudPcs;
using Berth.Graph.Requests;
using Berth.Graph.Writes;

namespace Berth.Graph.CloudPcs;

/// <summary>Reads the body of a network connection that is written. What the service finds out by itself is taken without heed, as objects that were read are sent back.</summary>
internal static class ConnectionBody
{
    /// <summary>What messages call it.</summary>
    public const string Resource = "cloudPcOnPremisesConnection";

    /// <summary>The longest Azure resource id, in characters.</summary>
    public const int ResourceIdCharacters = 1024;

    private static readonly Dictionary<string, DomainJoinType> Types = new(StringComparer.OrdinalIgnoreCase)
    {
        ["hybridAzureADJoin"] = DomainJoinType.HybridAzureADJoin,
        ["azureADJoin"] = DomainJoinType.AzureADJoin,
    };

    /// <summary>The connection that a body makes of another one, or of a new one with nothing but its id.</summary>
    /// <param name="read">The reader; its errors lie there.</param>
    /// <param name="body">The body.</param>
    /// <param name="connection">The connection as it was.</param>
    /// <param name="at">The time that stands for a password that the body brings.</param>
    public static NetworkConnection Read(BodyReader read, JsonElement body, NetworkConnection connection, DateTimeOffset at)
    {
        foreach ((string name, JsonElement value) in read.Properties(body, "body"))
        {
            connection = name.ToUpperInvariant() switch
            {
                "DISPLAYNAME" => connection with { DisplayName = read.Required(value, name, GraphLimits.ListItemCharacters) },
                "CONNECTIONTYPE" or "TYPE" => value.ValueKind == JsonValueKind.Null ? connection : connection with { JoinType = read.OneOf(value, name, Types) },
                "SUBSCRIPTIONID" => connection with { SubscriptionId = read.Text(value, name, GraphLimits.NameCharacters) ?? "" },
                "SUBSCRIPTIONNAME" => connection with { SubscriptionName = read.Text(value, name, GraphLimits.ListItemCharacters) },
                "RESOURCEGROUPID" => connection with { ResourceGroupId = read.Text(value, name, ResourceIdCharacters) ?? "" },
                "VIRTUALNETWORKID" => connection with { VirtualNetworkId = read.Text(value, name, ResourceIdCharacters) ?? "" },
                "VIRTUALNETWORKLOCATION" => connection with { VirtualNetworkLocation = read.Text(value, name, GraphLimits.NameCharacters) },
                "SUBNETID" => connection with { SubnetId = read.Text(value, name, ResourceIdCharacters) ?? "" },
                "ADDOMAINNAME" => connection with { AdDomainName = read.Text(value, name, NetworkConnection.LongestDomainName) },
                "ADDOMAINUSERNAME" => connection with { AdDomainUsername = read.Text(value, name, GraphLimits.ListItemCharacters) },
                "ADDOMAINPASSWORD" => read.Text(value, name, GraphLimits.PasswordCharacters) is null ? connection : connection with { PasswordSetAt = at },
                "ORGANIZATIONALUNIT" => connection with { OrganizationalUnit = read.Text(value, name, ResourceIdCharacters) },
                "SCOPEIDS" => connection with { ScopeIds = Scopes(read, value, name) },
                "ID" or "HEALTHCHECKSTATUS" or "HEALTHCHECKSTATUSDETAIL" or "HEALTHCHECKSTATUSDETAILS" or "HEALTHCHECKPAUSED" or "INUSE" or "INUSEBYCLOUDPC"
                    or "ALTERNATERESOURCEURL" or "MANAGEDBY" => connection,
                _ => Unknown(read, name, connection),
            };
        }

        return connection;
    }

    private static NetworkConnection Unknown(BodyReader read, string name, NetworkConnection connection)
    {
        read.FailUnknown(name);
        return connection;
    }

    private static Engine.Collections.ValueArray<string> Scopes(BodyReader read, JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Null || read.Lines(value, name, GraphLimits.ListItems, GraphLimits.NameCharacters) is not { } lines ? [] : [.. lines.Split('\n')];
}
