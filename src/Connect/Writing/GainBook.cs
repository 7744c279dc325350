using Berth.Engine;
using Berth.Engine.Collections;
using Berth.Engine.Licensing;

namespace Berth.Connect.Writing;

/// <summary>
/// Who gets which license by the changes: it is waited for before something else is taken from them (B571). What the engine says cannot arrive first, because
/// the old license excludes the new one or holds the seat, is not waited for.
/// </summary>
internal sealed class GainBook
{
    private readonly Tenant _tenant;
    private readonly Dictionary<Guid, List<Gain>> _gains;

    private GainBook(Tenant tenant, Dictionary<Guid, List<Gain>> gains, int unbridged) => (_tenant, _gains, Unbridged) = (tenant, gains, unbridged);

    /// <summary>How many gains cannot come before the loss.</summary>
    public int Unbridged { get; }

    /// <summary>The gains of changes.</summary>
    public static GainBook Of(
        Tenant tenant,
        WantedState wanted,
        Wish.GroupLicense[] groups,
        Wish.UserLicense[] users,
        (Guid Group, Guid Member)[] joining,
        IEnumerable<Command.UpdateUser> properties,
        DateTimeOffset now)
    {
        Dictionary<Guid, List<Gain>> gains = [];
        foreach (Wish.GroupLicense group in groups.Where(static one => one.Add.Count > 0))
        {
            int index = tenant.FindGroup(group.GroupId);
            foreach (int member in index < 0 ? [] : (IEnumerable<int>)tenant.Groups[index].Members)
            {
                foreach (WantedLicense license in group.Add.Where(license => !Has(tenant, member, index, license.SkuId)))
                {
                    Note(new Gain(tenant.Users[member]!.Id, group.GroupId, license.SkuId));
                }
            }
        }

        foreach ((Guid group, Guid member) in joining.Where(one => tenant.FindUser(one.Member) >= 0))
        {
            foreach (Guid sku in wanted.FinalLicenses(group))
            {
                Note(new Gain(member, group, sku));
            }
        }

        foreach (Wish.UserLicense user in users)
        {
            int index = tenant.FindUser(user.UserId);
            foreach (WantedLicense license in user.Add.Where(license => index < 0 || !Has(tenant, index, -1, license.SkuId)))
            {
                Note(new Gain(user.UserId, null, license.SkuId));
            }
        }

        int unbridged = gains.Count == 0 ? 0 : DropWhatCannotComeFirst(tenant, gains, Giving(groups, users, joining, properties), now);
        return new GainBook(tenant, gains, unbridged);

        void Note(Gain gain)
        {
            if (!gains.TryGetValue(gain.UserId, out List<Gain>? list))
            {
                gains.Add(gain.UserId, list = []);
            }

            list.Add(gain);
        }
    }

    /// <summary>What a user gets, from anywhere.</summary>
    public IReadOnlyList<Gain> Of(Guid user) => _gains.TryGetValue(user, out List<Gain>? list) ? list : [];

    /// <summary>What a user gets from groups.</summary>
    public IReadOnlyList<Gain> FromGroups(Guid user) => [.. Of(user).Where(static gain => gain.GroupId is not null)];

    /// <summary>What the members of a group get.</summary>
    public IReadOnlyList<Gain> OfMembers(Guid group)
    {
        int index = _tenant.FindGroup(group);
        return index < 0 || _gains.Count == 0 ? [] : [.. _tenant.Groups[index].Members.SelectMany(member => Of(_tenant.Users[member]!.Id))];
    }

    // A group's switch takes and gives by itself, and so does a user's; nothing else is taken yet.
    private static ValueArray<Command> Giving(
        Wish.GroupLicense[] groups, Wish.UserLicense[] users, (Guid Group, Guid Member)[] joining, IEnumerable<Command.UpdateUser> properties) =>
    [
        .. properties,
        .. groups.Where(static one => one.Add.Count > 0).Select(static one => new Command.AssignGroupLicenses(one.GroupId, Requests(one.Add), one.Remove.ToValueArray())),
        .. joining.GroupBy(static one => one.Group).Select(static one => new Command.AddMembers(one.Key, one.Select(static row => row.Member).ToValueArray())),
        .. users.Where(static one => one.Remove.Count == 0).Select(static one => new Command.AssignUserLicenses(one.UserId, Requests(one.Add), [])),
    ];

    private static ValueArray<LicenseRequest> Requests(IReadOnlyList<WantedLicense> licenses) =>
        licenses.Select(static one => new LicenseRequest(one.SkuId, one.DisabledPlans.ToValueArray())).ToValueArray();

    private static int DropWhatCannotComeFirst(Tenant tenant, Dictionary<Guid, List<Gain>> gains, ValueArray<Command> giving, DateTimeOffset now)
    {
        // Where the engine refuses, Graph will tell which call fails, and whoever does not get the new license keeps the old one.
        if (Deciding.Decide(tenant, new Command.ApplyChanges(giving) { MayRemoveMany = true }, new DecisionContext(now, Actor.Berth)) is not Decision.Accepted { Next: { } next })
        {
            return 0;
        }

        int dropped = 0;
        foreach ((Guid user, List<Gain> list) in gains)
        {
            int index = next.FindUser(user);
            dropped += index < 0 ? 0 : list.RemoveAll(gain => gain.GroupId is { } group && !Has(next, index, next.FindGroup(group), gain.SkuId));
        }

        return dropped;
    }

    private static bool Has(Tenant tenant, int user, int group, Guid skuId)
    {
        if (!tenant.Catalog.TryGetSku(skuId, out Berth.Engine.Catalog.Sku? sku))
        {
            return false;
        }

        UserLicenses licenses = tenant.LicensesOf(user);
        return group < 0 ? licenses.Direct.Contains(sku.Index) : licenses.Source(group)?.Applied.Contains(sku.Index) == true;
    }
}
