using Berth.Engine.CloudPcs;

namespace Berth.Engine;

/// <content>Azure network connections (C168 to C179).</content>
internal sealed partial class Decider
{
    private ConnectionChecks Checks => _machines.Checks;

    private Refusal? CreateConnection(Command.CreateConnection create)
    {
        NetworkConnection wanted = create.Connection;
        if (CheckConnection(wanted) is { } wrong)
        {
            return wrong;
        }

        if (_draft.Fleet.Connections.ContainsKey(wanted.Id))
        {
            return new Refusal(RefusalCode.IdTaken) { Subject = wanted.Id };
        }

        if (_draft.Fleet.Connections.Count >= NetworkConnection.MostConnections)
        {
            return new Refusal(RefusalCode.TooManyObjects) { Name = "Azure network connections", Detail = $"{NetworkConnection.MostConnections}" };
        }

        if (CheckConnectionName(wanted) is { } taken)
        {
            return taken;
        }

        Checks.Begin(
            new NetworkConnection(wanted.Id, wanted.DisplayName)
            {
                JoinType = wanted.JoinType,
                SubscriptionId = wanted.SubscriptionId,
                SubscriptionName = wanted.SubscriptionName,
                ResourceGroupId = wanted.ResourceGroupId,
                VirtualNetworkId = wanted.VirtualNetworkId,
                VirtualNetworkLocation = wanted.VirtualNetworkLocation,
                SubnetId = wanted.SubnetId,
                AdDomainName = wanted.AdDomainName,
                AdDomainUsername = wanted.AdDomainUsername,
                OrganizationalUnit = wanted.OrganizationalUnit,
                ScopeIds = wanted.ScopeIds,
                PasswordSetAt = wanted.PasswordSetAt is null ? null : _now,
                CreatedAt = _now,
                ActiveUntil = _now + ConnectionChecks.ActiveAfterChange,
            },
            _now);
        return null;
    }

    private Refusal? UpdateConnection(Command.UpdateConnection update)
    {
        if (FindConnection(update.Connection.Id, out NetworkConnection before) is { } missing)
        {
            return missing;
        }

        NetworkConnection after = Rebase.Onto(before, update.Basis ?? before, update.Connection);
        after = after.PasswordSetAt == before.PasswordSetAt ? after : after with { PasswordSetAt = _now };
        if ((CheckConnection(after) ?? CheckConnectionName(after)) is { } wrong)
        {
            return wrong;
        }

        if (after.JoinType != before.JoinType && UsersOf(before.Id) is [var user, ..])
        {
            return Invalid("connectionType", $"Provisioning policy {user} names this connection for another kind of join: take it out there first.");
        }

        // B309: a name and scope tags say nothing of the network.
        if (after with { DisplayName = before.DisplayName, ScopeIds = before.ScopeIds } == before)
        {
            if (after != before)
            {
                Checks.Put(after);
            }

            return null;
        }

        CheckAnew(after);
        return null;
    }

    private Refusal? DeleteConnection(Command.DeleteConnection delete)
    {
        if (FindConnection(delete.ConnectionId, out _) is { } missing)
        {
            return missing;
        }

        Guid[] users = UsersOf(delete.ConnectionId);
        if (users.Length > 0)
        {
            return new Refusal(RefusalCode.ConnectionInUse) { Subject = delete.ConnectionId, Ids = [.. users] };
        }

        Checks.Delete(delete.ConnectionId);
        return null;
    }

    private Refusal? RunHealthChecks(Command.RunHealthChecks run)
    {
        if (FindConnection(run.ConnectionId, out NetworkConnection connection) is { } missing)
        {
            return missing;
        }

        DateTimeOffset active = _now + ConnectionChecks.ActiveAfterRun;
        Checks.Begin(active > connection.ActiveUntil ? connection with { ActiveUntil = active } : connection, _now);
        return null;
    }

    private Refusal? SetConnectionPassword(Command.SetConnectionPassword set)
    {
        if (FindConnection(set.ConnectionId, out NetworkConnection connection) is { } missing)
        {
            return missing;
        }

        if (connection.JoinType != DomainJoinType.HybridAzureADJoin)
        {
            return Invalid("adDomainPassword", "The connection joins Microsoft Entra ID only: it has no account of a domain.");
        }

        CheckAnew(connection with { PasswordSetAt = _now });
        return null;
    }

    private Refusal? SimulateChecks(Command.SimulateChecks simulate)
    {
        if (ConnectionChecks.Problem(simulate.Checks) is { } problem)
        {
            return Invalid("checks", problem);
        }

        if (FindConnection(simulate.ConnectionId, out NetworkConnection connection) is { } missing)
        {
            return missing;
        }

        if (connection.Simulated != simulate.Checks)
        {
            Checks.Put(connection with { Simulated = simulate.Checks });
        }

        return null;
    }

    // Whatever was found before says nothing any more; a check that runs looks at something else (B309).
    private void CheckAnew(NetworkConnection connection) => Checks.Begin(
        connection with { Job = null, Health = HealthCheckStatus.Pending, Checks = [], ActiveUntil = _now + ConnectionChecks.ActiveAfterChange }, _now);

    private Guid[] UsersOf(Guid connection) => [.. _draft.Fleet.Policies.Values.Where(policy => policy.Uses(connection)).Select(policy => policy.Id)];

    private Refusal? FindConnection(Guid id, out NetworkConnection connection) =>
        _draft.Fleet.Connections.TryGetValue(id, out connection!) ? null : new Refusal(RefusalCode.ConnectionNotFound) { Subject = id };

    private Refusal? CheckConnectionName(NetworkConnection wanted) =>
        _draft.Fleet.Connections.Values.Any(other => other.Id != wanted.Id && other.DisplayName.Equals(wanted.DisplayName, StringComparison.OrdinalIgnoreCase))
            ? new Refusal(RefusalCode.DisplayNameTaken) { Name = wanted.DisplayName }
            : null;

    // C169, B307.
    private static Refusal? CheckConnection(NetworkConnection wanted)
    {
        bool hybrid = wanted.JoinType == DomainJoinType.HybridAzureADJoin;
        return string.IsNullOrWhiteSpace(wanted.DisplayName) ? Invalid("displayName", "A network connection has a name.")
            : wanted.SubscriptionId.Length == 0 ? Invalid("subscriptionId", "A network connection names the Azure subscription of its network.")
            : !AzureResource.IsResourceGroup(wanted.ResourceGroupId) ? Invalid("resourceGroupId", "It must have the form /subscriptions/{id}/resourceGroups/{name}.")
            : !AzureResource.IsVirtualNetwork(wanted.VirtualNetworkId)
                ? Invalid("virtualNetworkId", "It must have the form /subscriptions/{id}/resourceGroups/{name}/providers/Microsoft.Network/virtualNetworks/{name}.")
            : !AzureResource.IsSubnet(wanted.SubnetId)
                ? Invalid("subnetId", "It must have the form /subscriptions/{id}/resourceGroups/{name}/providers/Microsoft.Network/virtualNetworks/{name}/subnets/{name}.")
            : hybrid && wanted.AdDomainName is null ? Invalid("adDomainName", "A connection for hybrid join names the Active Directory domain.")
            : hybrid && wanted.AdDomainUsername is null ? Invalid("adDomainUsername", "A connection for hybrid join names the account that joins computers.")
            : hybrid && wanted.PasswordSetAt is null ? Invalid("adDomainPassword", "A connection for hybrid join has the password of the account that joins computers.")
            : !hybrid && (wanted.AdDomainName ?? wanted.AdDomainUsername ?? wanted.OrganizationalUnit) is not null
                ? Invalid("connectionType", "A connection for azureADJoin has no domain: leave adDomainName, adDomainUsername and organizationalUnit out.")
            : null;
    }
}
