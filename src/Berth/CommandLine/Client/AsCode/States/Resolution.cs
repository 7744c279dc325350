using Berth.CommandLine.Client.AsCode.Format;
using Berth.CommandLine.Client.Licenses;
using Berth.CommandLine.Client.Wire;

namespace Berth.CommandLine.Client.AsCode.States;

/// <summary>Turns the names of a file into ids of a tenant (B554): a name that nobody has, or that several have, is a problem at its place, as is what is named twice.</summary>
internal sealed class Resolution
{
    private readonly TenantView _view;
    private readonly List<Problem> _problems = [];

    // A file names few SKUs, and each of them often.
    private readonly Dictionary<string, Naming<NamedSku>> _skus = new(StringComparer.Ordinal);
    private readonly ILookup<string, SeenGroup> _groups;
    private readonly ILookup<string, SeenUser> _users;
    private readonly ILookup<string, SeenPolicy> _policies;
    private readonly ILookup<string, SeenPlan> _plans;

    private Resolution(TenantView view)
    {
        _view = view;
        _groups = view.Groups.Values.ToLookup(group => group.Name ?? "", StringComparer.OrdinalIgnoreCase);
        _users = view.Users.Values.ToLookup(user => user.Name ?? "", StringComparer.OrdinalIgnoreCase);
        _policies = view.Policies.Values.ToLookup(policy => policy.Name ?? "", StringComparer.OrdinalIgnoreCase);
        _plans = view.Plans.ToLookup(plan => plan.Name ?? "", StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>What should be, or everything that is wrong.</summary>
    public static (Desired? Desired, IReadOnlyList<Problem> Problems) Of(LicenseFile file, TenantView view)
    {
        Resolution resolution = new(view);
        Desired desired = new(
            resolution.Once(file.Groups, group => group.Name, resolution.Group, resolution.GroupOf),
            resolution.Once(file.Users, user => user.Name, resolution.User, (user, id) => new DesiredUser(id, resolution.Licenses(user.Licenses), user.OnlyLicenses)),
            resolution.Once(file.Skus, sku => sku.Name, resolution.Sku, (sku, id) => new DesiredSku(id, sku.Units, sku.OnlyUsers, sku.OnlyGroups)),
            resolution.Once(file.Policies, policy => policy.Name, resolution.Policy, resolution.PolicyOf));
        return resolution._problems.Count > 0 ? (null, [.. resolution._problems.OrderBy(one => one.At.Line).ThenBy(one => one.At.Column)]) : (desired, []);
    }

    // Each thing once, whether it is named by name or by id.
    private List<TOut> Once<TIn, TOut>(IEnumerable<TIn>? items, Func<TIn, WrittenName> name, Func<WrittenName, Guid?> find, Func<TIn, Guid, TOut> make)
    {
        Dictionary<Guid, Place> places = [];
        List<TOut> all = [];
        foreach (TIn item in items ?? [])
        {
            WrittenName written = name(item);
            if (find(written) is not { } id)
            {
                // What is wrong inside is told as well.
                _ = make(item, default);
                continue;
            }

            if (!places.TryAdd(id, written.At))
            {
                Fail(written, $"'{written.Text}' is named a second time; the first is at {places[id]}.");
                continue;
            }

            all.Add(make(item, id));
        }

        return all;
    }

    private DesiredGroup GroupOf(WrittenGroup group, Guid id)
    {
        if (group.Members is not null && _view.Groups.TryGetValue(id, out SeenGroup? seen) && seen.IsDynamic)
        {
            Fail(group.Name, $"'{group.Name.Text}' is a dynamic group: its rule says who is a member, so a file cannot. Leave 'members' out.");
        }

        return new DesiredGroup(
            id, Licenses(group.Licenses), group.OnlyLicenses, Once(group.Members, static member => member, User, static (_, member) => member), group.OnlyMembers);
    }

    private DesiredPolicy PolicyOf(WrittenPolicy policy, Guid id)
    {
        Dictionary<(Guid, Guid?), Place> places = [];
        List<DesiredAssignment> all = [];
        foreach (WrittenAssignment one in policy.Assignments ?? [])
        {
            Guid? group = Group(one.Group), plan = one.ServicePlan is { } named ? Plan(named) : null;
            if (group is null || (one.ServicePlan is not null && plan is null))
            {
                continue;
            }

            if (!places.TryAdd((group.Value, plan), one.Group.At))
            {
                Fail(one.Group, $"'{one.Group.Text}' is assigned a second time with the same service plan; the first is at {places[(group.Value, plan)]}.");
                continue;
            }

            all.Add(new DesiredAssignment(group.Value, plan, one.Allotment, one.Licenses));
        }

        return new DesiredPolicy(id, all, policy.OnlyAssignments);
    }

    private List<DesiredLicense> Licenses(IReadOnlyList<WrittenLicense>? licenses) => Once(licenses, one => one.Sku, Sku, (one, id) =>
    {
        if (one.DisabledPlans is not { } names)
        {
            return new DesiredLicense(id, null);
        }

        SortedSet<Guid> off = [];
        foreach (WrittenName name in names)
        {
            switch (SkuBook.Disable([_view.Skus.Of(id)], [name.Text]))
            {
                case Naming<IReadOnlyList<WireLicense>>.One found:
                    off.UnionWith(found.Value[0].DisabledPlans ?? []);
                    break;
                case Naming<IReadOnlyList<WireLicense>>.Unclear unclear:
                    Fail(name, unclear.Problem);
                    break;
            }
        }

        return new DesiredLicense(id, off);
    });

    private Guid? Sku(WrittenName name)
    {
        if (!_skus.TryGetValue(name.Text, out Naming<NamedSku>? naming))
        {
            _skus.Add(name.Text, naming = _view.Skus.Find(name.Text));
        }

        switch (naming)
        {
            case Naming<NamedSku>.One one:
                return one.Value.Id;
            case Naming<NamedSku>.Unclear unclear:
                Fail(name, unclear.Problem);
                break;
        }

        return null;
    }

    private Guid? Group(WrittenName name) => Find(
        name,
        _groups,
        _view.Groups,
        group => group.Id,
        "group",
        "A group is named by its whole display name or its id; a file makes none.",
        _view.GroupsNearby);

    private Guid? User(WrittenName name)
    {
        if (LicenseArguments.IsUser(name.Text))
        {
            return Find(name, _users, _view.Users, user => user.Id, "user", "A user is named by user principal name or id.", _view.UsersNearby);
        }

        Fail(name, $"'{name.Text}' is neither a user principal name nor an id.");
        return null;
    }

    private Guid? Policy(WrittenName name) => Find(
        name,
        _policies,
        _view.Policies,
        policy => policy.Id,
        "provisioning policy",
        "A policy is named by its whole display name or its id; a file makes none.",
        [.. _view.Policies.Values.Select(policy => policy.Name).OfType<string>()]);

    // A size may be called as Graph calls it, or as it is bought.
    private Guid? Plan(WrittenName name)
    {
        if (Guid.TryParse(name.Text, out Guid id) && _view.Policies.Values.Any(policy => policy.Assignments.Any(one => one.Plan == id)))
        {
            return id;
        }

        if (id == Guid.Empty && !_plans[name.Text].Any() && _view.Skus.Find(name.Text) is Naming<NamedSku>.One sku)
        {
            SeenPlan[] own = [.. _view.Plans.Where(plan => sku.Value.Plans.Any(part => part.Id == plan.Id))];
            if (own is [SeenPlan only])
            {
                return only.Id;
            }
        }

        return Find(
            name,
            _plans,
            _view.Plans.ToDictionary(plan => plan.Id),
            plan => plan.Id,
            "service plan of Cloud PCs",
            "A service plan is named by its display name, its id or its SKU.",
            [.. _view.Plans.Select(plan => plan.Name).OfType<string>()]);
    }

    private Guid? Find<T>(
        WrittenName name, ILookup<string, T> byName, IReadOnlyDictionary<Guid, T> byId, Func<T, Guid> idOf, string kind, string how, IReadOnlyList<string> nearby)
    {
        if (Guid.TryParse(name.Text, out Guid id))
        {
            if (byId.ContainsKey(id))
            {
                return id;
            }

            Fail(name, $"there is no {kind} {id}.");
            return null;
        }

        T[] found = [.. byName[name.Text]];
        if (found is [T only])
        {
            return idOf(only);
        }

        Fail(name, found.Length == 0
            ? $"no {kind} is called '{name.Text}'.{Nearest.To(name.Text, nearby)} {how}"
            : $"{found.Length} of kind {kind} are called '{name.Text}', so say which by its id: {string.Join(" or ", found.Select(idOf).Order())}.");
        return null;
    }

    private void Fail(WrittenName name, string sentence) => _problems.Add(new Problem(name.At, sentence));
}
