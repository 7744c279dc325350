using System.Collections.Frozen;
using System.Text.Json;
using Microsoft.OData.Edm;

namespace Berth.Graph.Queries;

/// <summary>A row of a collection. Positions grow in the order of the collection, and a row keeps its own: paging goes by it.</summary>
internal interface IRow
{
    /// <summary>The position.</summary>
    int Position { get; }
}

/// <summary>The properties of a resource or of a value inside one: the one place from which it is parsed, filtered and written.</summary>
internal sealed class Shape<TRow>
{
    private readonly FrozenDictionary<string, Property<TRow>> _byName;
    private readonly FrozenDictionary<string, Navigation<TRow>> _navigations;

    /// <summary>A value inside a resource: all its properties are always written.</summary>
    public Shape(string name, params IEnumerable<Property<TRow>> properties)
        : this(name, isEntity: false, properties, [])
    {
        Default = [.. Properties];
    }

    private Shape(string name, bool isEntity, IEnumerable<Property<TRow>> properties, IEnumerable<Navigation<TRow>> navigations)
    {
        Name = name;
        Properties = [.. properties];
        _byName = Properties.ToFrozenDictionary(property => property.Name, StringComparer.OrdinalIgnoreCase);
        _navigations = navigations.ToFrozenDictionary(navigation => navigation.Name, StringComparer.OrdinalIgnoreCase);
        Default = [.. Properties.Where(property => property.IsDefault).Select(property => property.WhenDefault)];
        int dot = name.LastIndexOf('.');
        string space = dot < 0 ? Namespace : $"{Namespace}.{name[..dot]}";
        string last = name[(dot + 1)..];
        EdmStructuredType type = isEntity ? new EdmEntityType(space, last) : new EdmComplexType(space, last);
        foreach (Property<TRow> property in Properties)
        {
            type.AddProperty(new EdmStructuralProperty(type, property.Name, property.EdmType));
        }

        foreach (Navigation<TRow> navigation in _navigations.Values)
        {
            ((EdmEntityType)type).AddUnidirectionalNavigation(new EdmNavigationPropertyInfo
            {
                Name = navigation.Name,
                Target = (IEdmEntityType)navigation.Target,
                TargetMultiplicity = navigation.IsCollection ? EdmMultiplicity.Many : EdmMultiplicity.ZeroOrOne,
            });
        }

        EdmType = type;
    }

    /// <summary>The namespace that Graph's types have.</summary>
    public static string Namespace => "microsoft.graph";

    /// <summary>The type's name, such as <c>user</c>, with the namespace below Graph's where it is in one: <c>deviceManagement.alertRule</c>.</summary>
    public string Name { get; }

    /// <summary>All properties, in the order in which they are written.</summary>
    public IReadOnlyList<Property<TRow>> Properties { get; }

    /// <summary>What comes without <c>$select</c>.</summary>
    public Property<TRow>[] Default { get; }

    /// <summary>The type for the parser.</summary>
    public IEdmStructuredType EdmType { get; }

    /// <summary>A resource with an id.</summary>
    public static Shape<TRow> Entity(string name, IEnumerable<Property<TRow>> properties, params IEnumerable<Navigation<TRow>> navigations) =>
        new(name, isEntity: true, properties, navigations);

    /// <summary>The property of a name, ignoring case, or null.</summary>
    public Property<TRow>? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>The navigation of a name, ignoring case, or null.</summary>
    public Navigation<TRow>? FindNavigation(string name) => _navigations.GetValueOrDefault(name);

    /// <summary>Writes some properties of a row.</summary>
    public static void Write(Utf8JsonWriter json, TRow row, ReadOnlySpan<Property<TRow>> properties)
    {
        foreach (Property<TRow> property in properties)
        {
            property.Write(json, row);
        }
    }
}
