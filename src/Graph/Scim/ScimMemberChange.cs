using System.Text.Json.Nodes;
using Berth.Engine;
using Berth.Graph.Reads;
using Berth.Graph.Requests;

namespace Berth.Graph.Scim;

/// <summary>
/// What a PUT or PATCH makes of the members of a group, without reading those it does not name. Who is a member already is not added again, who is none is not
/// removed: neither is an error (B807).
/// </summary>
internal sealed class ScimMemberChange(Tenant tenant)
{
    private readonly Dictionary<Guid, bool> _wanted = [];
    private readonly List<Guid> _order = [];
    private bool _others = true;

    /// <summary>Does one operation; the error when it cannot be done.</summary>
    public GraphError? Take(ScimOperation operation)
    {
        if (operation.Path is { Filter: not null } or { Name.Sub: not null })
        {
            return TakeFiltered(operation);
        }

        if (operation.Verb == ScimVerb.Replace || (operation.Verb == ScimVerb.Remove && operation.Value is null))
        {
            _wanted.Clear();
            _order.Clear();
            _others = false;
        }

        return operation is { Verb: ScimVerb.Remove, Value: null } ? null : Take(operation.Value, operation.Verb != ScimVerb.Remove);
    }

    /// <summary>These are to be members, or are not.</summary>
    public GraphError? Take(JsonNode? list, bool isMember)
    {
        foreach (JsonNode element in ScimMatch.Elements(list))
        {
            string text = ScimMatch.Text(ScimTree.Single(element)) ?? "";
            bool known = Guid.TryParseExact(text, "D", out Guid id) && (tenant.FindUser(id) >= 0 || tenant.FindGroup(id) >= 0);
            if (isMember && !known)
            {
                return ScimError.Value($"'{(text.Length <= 64 ? text : text[..64] + "...")}' is no user and no group here: the value of a member is the id of one.");
            }

            if (known)
            {
                Set(id, isMember);
            }
        }

        return null;
    }

    /// <summary>Who comes and who goes, each once.</summary>
    /// <param name="group">The group as it is; null for a new one.</param>
    public (IReadOnlyList<Guid> Added, IReadOnlyList<Guid> Removed) Against(GroupRow? group)
    {
        if (group is not { } row)
        {
            return ([.. _order.Where(id => _wanted[id])], []);
        }

        Guid[] added = [.. _order.Where(id => _wanted[id] && !ScimGroupShape.Has(row, id))];
        Guid[] removed = _others
            ? [.. _order.Where(id => !_wanted[id] && ScimGroupShape.Has(row, id))]
            : [.. ScimGroupShape.IdsOf(row).Where(id => !_wanted.GetValueOrDefault(id))];
        return (added, removed);
    }

    // members[value eq "x"], as both of the large identity providers remove one.
    private GraphError? TakeFiltered(ScimOperation operation)
    {
        List<Guid> ids = [];
        if (operation.Verb != ScimVerb.Remove || operation.Path.Part is not null || operation.Path.Filter is not { } filter || !Collect(filter, ids))
        {
            return ScimError.Path("Some of the members are removed with the path members[value eq \"id\"]; several of them with 'or' between.");
        }

        ids.ForEach(id => Set(id, false));
        return null;
    }

    private static bool Collect(ScimFilter filter, List<Guid> ids)
    {
        switch (filter)
        {
            case ScimFilter.Or or:
                return Collect(or.Left, ids) && Collect(or.Right, ids);
            case ScimFilter.Compare { Operator: ScimOperator.Equal, Value: { } value } compare when compare.Name.Attribute.Equals("value", StringComparison.OrdinalIgnoreCase):
                if (Guid.TryParse(value, out Guid id))
                {
                    ids.Add(id);
                }

                return true;
            default:
                return false;
        }
    }

    private void Set(Guid id, bool isMember)
    {
        if (!_wanted.ContainsKey(id))
        {
            _order.Add(id);
        }

        _wanted[id] = isMember;
    }
}
