using System.Globalization;
using System.Text;
using Berth.CommandLine.Client.AsCode.Format;
using Berth.CommandLine.Client.AsCode.States;
using Berth.CommandLine.Client.Licenses;
using Berth.CommandLine.Client.Wire;

namespace Berth.CommandLine.Client.AsCode.Export;

/// <summary>
/// A tenant as a file of licenses that, planned at once, changes nothing (B558). Things stand by name, in the order of their names; where a name is not clear, by
/// id with the name behind it.
/// </summary>
internal sealed class ExportText
{
    private readonly TenantView _view;
    private readonly ExportScope _scope;
    private readonly StringBuilder _text = new();
    private readonly Dictionary<Guid, string> _skus = [];
    private readonly Dictionary<string, int> _groups, _policies, _plans, _users;

    private ExportText(TenantView view, ExportScope scope)
    {
        (_view, _scope) = (view, scope);
        _groups = Count(view.Groups.Values.Select(group => group.Name));
        _policies = Count(view.Policies.Values.Select(policy => policy.Name));
        _plans = Count(view.Plans.Select(plan => plan.Name));
        _users = Count(view.Users.Values.Select(user => user.Name));
    }

    /// <summary>The file.</summary>
    public static string Of(TenantView view, ExportScope scope)
    {
        ExportText export = new(view, scope);
        export.Head();
        export.Groups();
        export.Users();
        export.Skus();
        export.Policies();
        return export._text.ToString();
    }

    private static Dictionary<string, int> Count(IEnumerable<string?> names) =>
        names.GroupBy(name => name ?? "", StringComparer.OrdinalIgnoreCase).ToDictionary(same => same.Key, same => same.Count(), StringComparer.OrdinalIgnoreCase);

    private static bool IsClear(string? name, Dictionary<string, int> counts) =>
        name is { Length: > 0 and <= CodeLimits.TextCharacters } && !Guid.TryParse(name, out _) && name.Trim() == name && counts.GetValueOrDefault(name) == 1;

    private static string Named(Guid id, string? name, Dictionary<string, int> counts) =>
        IsClear(name, counts) ? YamlText.Scalar(name!) : string.IsNullOrWhiteSpace(name) ? $"{id}" : $"{id} # {YamlText.Comment(name)}";

    private void Head()
    {
        Line(0, "# Written by 'berth export'. What a file does not name stays as it is, unless 'exclusive' says otherwise.");
        Line(0, "#   berth plan -f FILE     what the tenant lacks to be as the file says; right now: nothing (exit code 0)");
        Line(0, "#   berth apply -f FILE    makes it so");
        Line(0, "# Editors complete it with 'berth schema > licenses.schema.json' and this as the first line:");
        Line(0, "#   # yaml-language-server: $schema=licenses.schema.json");
        Line(0, $"{Grammar.Mark}: {Grammar.Version}");
    }

    private void Groups()
    {
        HashSet<Guid> assigned = [.. _scope.Policies is null ? _view.Policies.Values.SelectMany(policy => policy.Assignments).Select(one => one.Group) : []];
        bool IsMeant(SeenGroup group) => _scope.Groups?.Contains(group.Id)
            ?? (group.Licenses.Keys.Any(_scope.Has) || (_scope.Skus is null && assigned.Contains(group.Id)));

        Section("groups", _view.Groups.Values.Where(IsMeant).OrderBy(group => group.Name, StringComparer.OrdinalIgnoreCase).ThenBy(group => group.Id), group =>
        {
            Line(1, $"- group: {Named(group.Id, group.Name, _groups)}");
            List<string> whole = [];
            if (Licenses(group.Licenses))
            {
                whole.Add("licenses");
            }

            if (group.IsDynamic)
            {
                Line(2, "# members: whoever the rule of this dynamic group says");
            }
            else if (group.Members is { } members)
            {
                whole.Add("members");
                Line(2, members.Count == 0 ? "members: []" : string.Create(CultureInfo.InvariantCulture, $"members: # {members.Count}"));
                foreach (string member in members.Select(User).Order(StringComparer.OrdinalIgnoreCase))
                {
                    Line(3, $"- {member}");
                }
            }

            Exclusive(whole);
        });
    }

    private void Users() => Section(
        "users",
        _view.Users.Values
            .Where(user => _scope.Users?.Contains(user.Id) ?? user.Direct?.Keys.Any(_scope.Has) ?? false)
            .OrderBy(user => user.Name, StringComparer.OrdinalIgnoreCase).ThenBy(user => user.Id),
        user =>
        {
            Line(1, $"- user: {User(user.Id)}");
            Exclusive(Licenses(user.Direct ?? []) ? ["licenses"] : []);
        });

    // Only who wrote all who have a SKU can say that nobody else has it.
    private void Skus()
    {
        if (!_scope.Exclusive || _scope.Groups is not null || _scope.Users is not null || (_scope.Policies is not null && _scope.Skus is null))
        {
            return;
        }

        IEnumerable<Guid> skus = _scope.Skus ?? (IEnumerable<Guid>)[.. _view.Groups.Values.SelectMany(group => group.Licenses.Keys)
            .Concat(_view.Users.Values.SelectMany(user => (IEnumerable<Guid>?)user.Direct?.Keys ?? [])).Distinct()];
        Section("skus", skus.OrderBy(sku => _view.Skus.Of(sku).PartNumber, StringComparer.OrdinalIgnoreCase).ThenBy(sku => sku), sku =>
        {
            Line(1, $"- sku: {Sku(sku)}");
            Exclusive(["users", "groups"]);
        });
    }

    private void Policies() => Section(
        "policies",
        _view.Policies.Values
            .Where(policy => _scope.Policies?.Contains(policy.Id) ?? (_scope.Skus is null && policy.Assignments.Count > 0))
            .OrderBy(policy => policy.Name, StringComparer.OrdinalIgnoreCase).ThenBy(policy => policy.Id),
        policy =>
        {
            Line(1, $"- policy: {Named(policy.Id, policy.Name, _policies)}");
            Line(2, policy.Assignments.Count == 0 ? "assignments: []" : "assignments:");
            bool isWhole = true;
            foreach (SeenAssignment one in policy.Assignments)
            {
                // A group that is deleted cannot be named, and so the list is not whole.
                if (!_view.Groups.TryGetValue(one.Group, out SeenGroup? group))
                {
                    isWhole = false;
                    Line(3, $"# and the group {one.Group}, which is not there");
                    continue;
                }

                Line(3, $"- group: {Named(one.Group, group.Name, _groups)}");
                if (one.Plan is { } plan)
                {
                    Line(4, $"servicePlan: {Named(plan, _view.Plans.FirstOrDefault(known => known.Id == plan)?.Name, _plans)}");
                }

                if (one.Allotment is { } allotment && allotment.Trim() == allotment && allotment.Length > 0)
                {
                    Line(4, $"allotment: {YamlText.Scalar(allotment)}");
                }

                if (one.Licenses is { } licenses)
                {
                    Line(4, string.Create(CultureInfo.InvariantCulture, $"licenses: {licenses}"));
                }
            }

            if (!isWhole && policy.Assignments.All(one => !_view.Groups.ContainsKey(one.Group)))
            {
                Line(3, "[]");
            }

            Exclusive(isWhole ? ["assignments"] : []);
        });

    // Whether all of them are written.
    private bool Licenses(LicenseSet licenses)
    {
        Guid[] written = [.. licenses.Keys.Where(_scope.Has).OrderBy(sku => _view.Skus.Of(sku).PartNumber, StringComparer.OrdinalIgnoreCase).ThenBy(sku => sku)];
        Line(2, written.Length == 0 ? "licenses: []" : "licenses:");
        foreach (Guid sku in written)
        {
            Guid[] off = [.. licenses[sku].Order()];
            string[]? plans = Plans(sku, off);
            if (plans is null || (off.Length == 0 && !_scope.Exclusive))
            {
                Line(3, $"- {Sku(sku)}{(plans is null ? " # its plans stay as they are: one that is off is none of it" : "")}");
                continue;
            }

            Line(3, $"- sku: {Sku(sku)}");
            Line(4, off.Length == 0 ? "disabledPlans: []" : "disabledPlans:");
            foreach (string plan in plans)
            {
                Line(5, $"- {plan}");
            }
        }

        return written.Length == licenses.Count;
    }

    private string Sku(Guid id)
    {
        if (_skus.TryGetValue(id, out string? known))
        {
            return known;
        }

        NamedSku sku = _view.Skus.Of(id);
        bool isClear = _view.Skus.Find(sku.PartNumber) is Naming<NamedSku>.One one && one.Value.Id == id && sku.PartNumber.Trim() == sku.PartNumber;
        string comment = YamlText.Comment(isClear ? sku.ProductName : $"{sku.PartNumber}, {sku.ProductName}");
        return _skus[id] = $"{(isClear ? YamlText.Scalar(sku.PartNumber) : $"{id}")}{(comment.Length == 0 || comment == sku.PartNumber ? "" : $" # {comment}")}";
    }

    // Null when one of them is not the SKU's: then no file can say it.
    private string[]? Plans(Guid sku, Guid[] off)
    {
        NamedSku known = _view.Skus.Of(sku);
        List<(string Text, string Order)> plans = [];
        foreach (Guid id in off)
        {
            NamedPlan? plan = known.Plans.FirstOrDefault(one => one.Id == id);
            if (plan is not null && Means(plan.Name))
            {
                plans.Add(($"{YamlText.Scalar(plan.Name)}{(plan.FriendlyName.Length == 0 || plan.FriendlyName == plan.Name ? "" : $" # {YamlText.Comment(plan.FriendlyName)}")}", plan.Name));
            }
            else if (Means($"{id}"))
            {
                plans.Add(($"{id}", plan?.Name ?? $"{id}"));
            }
            else
            {
                return null;
            }

            bool Means(string name) =>
                name.Trim() == name && name.Length > 0 && SkuBook.Disable([known], [name]) is Naming<IReadOnlyList<WireLicense>>.One found && found.Value[0].DisabledPlans is [Guid only] && only == id;
        }

        return [.. plans.OrderBy(one => one.Order, StringComparer.OrdinalIgnoreCase).ThenBy(one => one.Text, StringComparer.Ordinal).Select(one => one.Text)];
    }

    private string User(Guid id) => _view.Users.TryGetValue(id, out SeenUser? user) && user.Name is { } name && LicenseArguments.IsUser(name)
        ? Named(id, name, _users)
        : $"{id}";

    private void Exclusive(List<string> scopes)
    {
        if (_scope.Exclusive && scopes.Count > 0)
        {
            Line(2, $"exclusive: [{string.Join(", ", scopes)}]");
        }
    }

    private void Section<T>(string name, IEnumerable<T> items, Action<T> write)
    {
        bool isFirst = true;
        foreach (T item in items)
        {
            if (isFirst)
            {
                _text.Append('\n');
                Line(0, $"{name}:");
                isFirst = false;
            }

            write(item);
        }
    }

    // Two blanks a level; a dash stands where the keys of its item end.
    private void Line(int level, string text) => _text.Append(' ', 2 * level).Append(text).Append('\n');
}
