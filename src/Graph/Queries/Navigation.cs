using System.Text.Json;
using Microsoft.OData.Edm;

namespace Berth.Graph.Queries;

/// <summary>A relation that <c>$expand</c> can follow.</summary>
internal abstract class Navigation<TRow>(string name)
{
    /// <summary>The most related objects an expansion holds, as in Graph.</summary>
    public const int MostExpanded = 20;

    /// <summary>As Graph spells it.</summary>
    public string Name { get; } = name;

    /// <summary>Whether it leads to many.</summary>
    public abstract bool IsCollection { get; }

    /// <summary>Where it leads, for the parser.</summary>
    public abstract IEdmStructuredType Target { get; }

    /// <summary>How many objects it leads to, for <c>owners/$count eq 0</c>; null when it leads to one.</summary>
    public virtual Func<TRow, long?>? Count => null;

    protected JsonEncodedText Encoded { get; } = JsonEncodedText.Encode(name);

    /// <summary>The expansion with the properties of a nested <c>$select</c>, or the default ones; null when a name is unknown.</summary>
    public abstract Action<Utf8JsonWriter, TRow, bool>? Expand(IReadOnlyList<string>? select);

    /// <summary>The properties a related object shows; null when a name is unknown.</summary>
    protected static Property<TTarget>[]? Selected<TTarget>(Shape<TTarget> shape, IReadOnlyList<string>? select)
    {
        if (select is null)
        {
            return shape.Default;
        }

        Property<TTarget>?[] named = [.. select.Select(shape.Find)];
        return named.Contains(null) ? null : [.. named.OfType<Property<TTarget>>().Where(property => property.IsWritten).Distinct()];
    }
}

/// <summary>A relation to one, which may be missing: then nothing is written.</summary>
/// <typeparam name="TRow">The row.</typeparam>
/// <typeparam name="TTarget">What is related.</typeparam>
/// <param name="name">As Graph spells it.</param>
/// <param name="shape">What is related.</param>
/// <param name="get">The related row, or null.</param>
/// <param name="type">Its type on the wire, such as <c>#microsoft.graph.user</c>.</param>
internal sealed class OneNavigation<TRow, TTarget>(string name, Shape<TTarget> shape, Func<TRow, TTarget?> get, Func<TTarget, string> type)
    : Navigation<TRow>(name)
    where TTarget : struct
{
    public override bool IsCollection => false;

    public override IEdmStructuredType Target => shape.EdmType;

    public override Action<Utf8JsonWriter, TRow, bool>? Expand(IReadOnlyList<string>? select)
    {
        if (Selected(shape, select) is not { } properties)
        {
            return null;
        }

        return (json, row, metadata) =>
        {
            if (get(row) is { } target)
            {
                json.WriteStartObject(Encoded);
                if (metadata)
                {
                    json.WriteString("@odata.type"u8, type(target));
                }

                Shape<TTarget>.Write(json, target, properties);
                json.WriteEndObject();
            }
        };
    }
}

/// <summary>A relation to many.</summary>
/// <typeparam name="TRow">The row.</typeparam>
/// <typeparam name="TTarget">What is related.</typeparam>
/// <param name="name">As Graph spells it.</param>
/// <param name="shape">What is related.</param>
/// <param name="get">The related rows.</param>
/// <param name="type">Their type on the wire, such as <c>#microsoft.graph.user</c>.</param>
internal sealed class ManyNavigation<TRow, TTarget>(string name, Shape<TTarget> shape, Func<TRow, IEnumerable<TTarget>> get, Func<TTarget, string> type)
    : Navigation<TRow>(name)
{
    /// <summary>Their number where it is known without counting.</summary>
    public Func<TRow, long?>? Known { get; init; }

    /// <summary>The most that an expansion holds.</summary>
    public int Most { get; init; } = MostExpanded;

    public override bool IsCollection => true;

    public override Func<TRow, long?> Count => Known ?? (row => get(row).LongCount());

    public override IEdmStructuredType Target => shape.EdmType;

    public override Action<Utf8JsonWriter, TRow, bool>? Expand(IReadOnlyList<string>? select)
    {
        if (Selected(shape, select) is not { } properties)
        {
            return null;
        }

        return (json, row, metadata) =>
        {
            json.WriteStartArray(Encoded);
            foreach (TTarget target in get(row).Take(Most))
            {
                json.WriteStartObject();
                if (metadata)
                {
                    json.WriteString("@odata.type"u8, type(target));
                }

                Shape<TTarget>.Write(json, target, properties);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        };
    }
}
