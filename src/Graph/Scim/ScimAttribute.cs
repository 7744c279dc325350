using System.Text.Json.Nodes;

namespace Berth.Graph.Scim;

/// <summary>An attribute of a resource: what <c>/Schemas</c> tells of it, and its value.</summary>
/// <param name="Schema">The extension it belongs to, or null for the resource's own schema.</param>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type (RFC 7643, section 2.3).</param>
/// <param name="Read">The value, or null.</param>
internal sealed record ScimAttribute<TRow>(string? Schema, string Name, string Type, Func<TRow, JsonNode?> Read)
{
    /// <summary>Its parts, when it is complex.</summary>
    public string[] Parts { get; init; } = [];

    /// <summary>Whether it has several values.</summary>
    public bool IsList { get; init; }

    /// <summary>Whether it must be given.</summary>
    public bool IsRequired { get; init; }

    /// <summary>Whether nobody writes it.</summary>
    public bool IsReadOnly { get; init; }

    /// <summary>Whether no two resources have the same.</summary>
    public bool IsUnique { get; init; }

    /// <summary>Whether letter case matters.</summary>
    public bool IsExact { get; init; }

    /// <summary>Whether it is shown to those alone who name it.</summary>
    public bool OnRequest { get; init; }

    /// <summary>Whether a text is one of its values, where that is known without reading all of them.</summary>
    public Func<TRow, string, bool>? Has { get; init; }
}

/// <summary>A kind of resource as SCIM sees it.</summary>
/// <param name="Schema">Its schema.</param>
/// <param name="Collection">Its collection, as in the path.</param>
/// <param name="Attributes">Its attributes in the order of answers.</param>
/// <param name="Id">The id of one.</param>
/// <param name="Created">When one came.</param>
internal sealed record ScimResource<TRow>(
    string Schema, string Collection, IReadOnlyList<ScimAttribute<TRow>> Attributes, Func<TRow, Guid> Id, Func<TRow, DateTimeOffset> Created)
{
    /// <summary>One resource as a tree: of each attribute what is wanted.</summary>
    public JsonObject Tree(TRow row, ScimQuery query, string serviceRoot)
    {
        JsonObject tree = ScimTree.Object();
        JsonArray schemas = ScimTree.NewList();
        schemas.Add((JsonNode)Schema);
        tree["schemas"] = schemas;
        tree["id"] = $"{Id(row)}";
        foreach (ScimAttribute<TRow> attribute in Attributes)
        {
            if (!query.Shows(attribute.Schema, attribute.Name, !attribute.OnRequest) || query.Trim(attribute.Schema, attribute.Name, attribute.Read(row)) is not { } value)
            {
                continue;
            }

            JsonObject home = tree;
            if (attribute.Schema is { } extension)
            {
                if (tree[extension] is not JsonObject present)
                {
                    schemas.Add((JsonNode)extension);
                    tree[extension] = present = ScimTree.Object();
                }

                home = present;
            }

            home[attribute.Name] = value;
        }

        if (query.Shows(null, "meta"))
        {
            tree["meta"] = ScimTree.Of(
                ("resourceType", Collection[..^1]), ("created", Created(row).UtcDateTime), ("location", $"{serviceRoot}/{Collection}/{Id(row)}"));
        }

        return tree;
    }

    /// <summary>Whether one meets a filter.</summary>
    public bool Meets(ScimFilter filter, TRow row) => filter switch
    {
        ScimFilter.And and => Meets(and.Left, row) && Meets(and.Right, row),
        ScimFilter.Or or => Meets(or.Left, row) || Meets(or.Right, row),
        ScimFilter.Not not => !Meets(not.Inner, row),
        ScimFilter.Compare { Operator: ScimOperator.Equal, Value: { } value } compare when compare.Name.Sub is null or "value" && Find(compare.Name)?.Has is { } has => has(row, value),
        ScimFilter.Any { Inner: ScimFilter.Compare { Operator: ScimOperator.Equal, Value: { } value, Name: { Attribute: "value" } } } any when Find(any.Name)?.Has is { } has => has(row, value),
        _ => ScimMatch.Meets(filter, name => Value(row, name)),
    };

    /// <summary>A name in a filter that is no attribute of this kind, or null when all are (B805).</summary>
    public string? Unknown(ScimFilter? filter) => filter switch
    {
        null => null,
        ScimFilter.And and => Unknown(and.Left) ?? Unknown(and.Right),
        ScimFilter.Or or => Unknown(or.Left) ?? Unknown(or.Right),
        ScimFilter.Not not => Unknown(not.Inner),
        ScimFilter.Present present => Unknown(present.Name),
        ScimFilter.Compare compare => Unknown(compare.Name),
        ScimFilter.Any any => Unknown(any.Name),
        _ => throw new InvalidOperationException("A filter is one of six."),
    };

    private string? Unknown(ScimName name) => Is(name, "id") || Is(name, "meta") || Find(name) is not null ? null : $"{name}";

    private ScimAttribute<TRow>? Find(ScimName name)
    {
        string? schema = name.Schema == Schema ? null : name.Schema;
        foreach (ScimAttribute<TRow> attribute in Attributes)
        {
            if (attribute.Schema == schema && attribute.Name.Equals(name.Attribute, StringComparison.OrdinalIgnoreCase))
            {
                return attribute;
            }
        }

        return null;
    }

    private JsonNode? Value(TRow row, ScimName name) =>
        Is(name, "id") ? $"{Id(row)}"
        : Is(name, "meta") ? ScimTree.Of(("resourceType", Collection[..^1]), ("created", Created(row).UtcDateTime))
        : Find(name)?.Read(row);

    private bool Is(ScimName name, string attribute) =>
        (name.Schema is null || name.Schema == Schema) && name.Attribute.Equals(attribute, StringComparison.OrdinalIgnoreCase);
}
