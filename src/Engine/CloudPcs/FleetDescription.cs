using System.Runtime.InteropServices;
using Berth.Engine.Collections;
using Berth.Engine.Directory;

namespace Berth.Engine.CloudPcs;

/// <summary>A fleet as changes from nothing: its part of a tenant's description.</summary>
internal static class FleetDescription
{
    private const int Portion = 16_384;

    /// <param name="tenant">Its tenant, whose users are described before.</param>
    public static IEnumerable<Change> Of(Tenant tenant) =>
        Belongings(tenant.Fleet).Concat(Policies(tenant.Fleet)).Concat(Covered(tenant.Fleet)).Concat(CloudPcs(tenant)).Concat(Sessions(tenant.Fleet));

    private static IEnumerable<Change> Belongings(Fleet fleet)
    {
        foreach (NetworkConnection connection in fleet.Connections.Values)
        {
            yield return new Change.ConnectionSet(connection);
        }

        foreach (DeviceImage image in fleet.DeviceImages.Values)
        {
            yield return new Change.DeviceImageSet(image);
        }

        foreach (UserSetting setting in fleet.UserSettings.Values)
        {
            yield return new Change.UserSettingSet(setting);
        }

        foreach (RetentionSnapshot snapshot in fleet.Retained.Values)
        {
            yield return new Change.SnapshotRetained(snapshot);
        }

        if (fleet.Organization != OrganizationSettings.Default)
        {
            yield return new Change.OrganizationSettingsSet(fleet.Organization);
        }

        foreach (BulkAction action in fleet.BulkActions.Values)
        {
            yield return new Change.BulkActionSet(action);
        }
    }

    private static IEnumerable<Change> Policies(Fleet fleet)
    {
        int next = 0;
        foreach ((int index, ProvisioningPolicy policy) in fleet.Policies)
        {
            next = index + 1;
            yield return new Change.PolicySet(index, policy);
        }

        // Indexes of deleted policies at the end must not be given again.
        if (fleet.NextPolicy > next)
        {
            yield return new Change.PolicyDeleted(fleet.NextPolicy - 1);
        }
    }

    private static IEnumerable<Change> Covered(Fleet fleet)
    {
        for (int from = 0; from < fleet.Coverage.Count; from += Portion)
        {
            Dictionary<ValueArray<Coverage>, List<int>> packed = [];
            for (int user = from; user < Math.Min(from + Portion, fleet.Coverage.Count); user++)
            {
                if (fleet.Coverage[user] is { Count: > 0 } coverage)
                {
                    (CollectionsMarshal.GetValueRefOrAddDefault(packed, coverage, out _) ??= []).Add(user);
                }
            }

            foreach ((ValueArray<Coverage> coverage, List<int> users) in packed)
            {
                yield return new Change.CoverageSet(users.ToValueArray(), coverage);
            }
        }
    }

    private static IEnumerable<Change> CloudPcs(Tenant tenant)
    {
        Fleet fleet = tenant.Fleet;
        for (int from = 0; from < fleet.CloudPcs.Count; from += Portion)
        {
            Dictionary<(int Plan, int Policy, CloudPcStatus Status, DateTimeOffset At), (List<int> Indexes, List<int> Users)> packed = [];
            for (int i = from; i < Math.Min(from + Portion, fleet.CloudPcs.Count); i++)
            {
                if (AsItCame(tenant, i) is { } came)
                {
                    ref (List<int> Indexes, List<int> Users) alike =
                        ref CollectionsMarshal.GetValueRefOrAddDefault(packed, (came.Plan, came.Policy, came.Status, came.At), out bool known);
                    alike = known ? alike : ([], []);
                    alike.Indexes.Add(i);
                    alike.Users.Add(fleet.CloudPcs.Standing(i)!.Value.User);
                }
                else if (fleet.CloudPcs[i] is { } row)
                {
                    yield return new Change.CloudPcSet(i, row, new CloudPcStep(row.ModifiedAt, CloudPcReason.ConditionsMet, null));
                }
            }

            foreach (((int plan, int policy, CloudPcStatus status, DateTimeOffset at), (List<int> indexes, List<int> users)) in packed)
            {
                yield return new Change.CloudPcsCame(
                    indexes.ToValueArray(), users.ToValueArray(), plan, policy, status, new CloudPcStep(at, CloudPcReason.ConditionsMet, null));
            }
        }

        // Nor those of Cloud PCs.
        if (fleet.CloudPcs.Count > 0 && fleet.CloudPcs[fleet.CloudPcs.Count - 1] is null)
        {
            yield return new Change.CloudPcGone(fleet.CloudPcs.Count - 1, default);
        }
    }

    // Who reads the snapshot puts it together from the user and the catalog that are in it.
    private static CloudPcRows.Arrival? AsItCame(Tenant tenant, int index) =>
        tenant.Fleet.CloudPcs.Arrived(index) is ({ } came, { } then)
        && tenant.TryGetUser(tenant.Fleet.CloudPcs.Standing(index)!.Value.User, out User? person)
        && (ReferenceEquals(person, then) || person.DisplayName == then.DisplayName)
        && tenant.Catalog.CloudPcPlanOf(came.Plan)?.DisplayName == came.PlanName
            ? came
            : null;

    private static IEnumerable<Change> Sessions(Fleet fleet) => fleet.Sessions.Values.Select(session => new Change.SessionSet(session));
}
