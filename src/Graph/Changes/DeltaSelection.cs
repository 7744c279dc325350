using System.Buffers;
using System.Text.Json;
using Berth.Graph.Queries;
using Berth.Graph.Requests;

namespace Berth.Graph.Changes;

/// <summary>
/// Which properties and relations a client follows and sees. Without <c>$select</c> every property is followed; seen are the default ones, and
/// any other one in the round in which it changed (B181).
/// </summary>
internal sealed class DeltaSelection<TRow>
    where TRow : struct, IRow
{
    private const int MostProperties = 128;

    private readonly Property<TRow>[] _followed;
    private readonly Func<TRow, bool>[] _isNull;
    private readonly bool[] _isSeen;
    private readonly UInt128 _licenses;

    private DeltaSelection(DeltaSet<TRow> set, Property<TRow>[] followed, Func<Property<TRow>, bool> isSeen, bool[] relations, string? list)
    {
        if (followed.Length > MostProperties)
        {
            throw new InvalidOperationException($"A delta query follows at most {MostProperties} properties; {set.Name} have {followed.Length}.");
        }

        _followed = followed;
        _isSeen = [.. followed.Select(isSeen)];
        _isNull = [.. followed.Select(NullOf)];
        Relations = relations;
        List = list;
        for (int i = 0; i < followed.Length; i++)
        {
            All |= UInt128.One << i;
            _licenses |= set.ShowsLicenses(followed[i]) ? UInt128.One << i : UInt128.Zero;
        }
    }

    /// <summary>For each relation of the set, whether it is followed.</summary>
    public bool[] Relations { get; }

    /// <summary>The names for <c>@odata.context</c>; null when nothing was selected.</summary>
    public string? List { get; }

    /// <summary>All followed properties, a bit each.</summary>
    public UInt128 All { get; }

    /// <summary>The followed properties that show licenses.</summary>
    public UInt128 Licenses => _licenses;

    /// <summary>Reads <c>$select</c>: properties, relations, each once whatever its case.</summary>
    public static (DeltaSelection<TRow>? Selection, GraphError? Error) Read(DeltaSet<TRow> set, string? select)
    {
        Property<TRow>[] written = [.. set.Shape.Properties.Where(property => property.IsWritten && property.Name != "id")];
        if (select is null)
        {
            return (new DeltaSelection<TRow>(set, written, property => property.IsDefault, [.. set.Relations.Select(relation => relation.ByDefault)], null), null);
        }

        List<Property<TRow>> followed = [];
        List<string> names = [];
        bool[] relations = new bool[set.Relations.Length];
        foreach (string name in select.Split(',', StringSplitOptions.TrimEntries))
        {
            int relation = Array.FindIndex(set.Relations, one => one.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
            Property<TRow>? property = set.Shape.Find(name);
            if (relation < 0 && property is null)
            {
                return (null, GraphError.BadQuery(
                    $"Parsing OData Select and Expand failed: Could not find a property named '{name}' on type '{Shape<TRow>.Namespace}.{set.Shape.Name}'.") with { Target = "$select" });
            }

            string known = property?.Name ?? set.Relations[relation].Name;
            if (names.Contains(known))
            {
                continue;
            }

            names.Add(known);
            if (property is null)
            {
                relations[relation] = true;
            }
            else if (property.IsWritten && property.Name != "id")
            {
                followed.Add(property);
            }
        }

        return (new DeltaSelection<TRow>(set, [.. followed], static _ => true, relations, string.Join(',', names)), null);
    }

    /// <summary>The followed properties in which two states of an object differ, licenses aside; those known to differ already are not looked at again.</summary>
    public UInt128 Differences(TRow was, TRow now, UInt128 known)
    {
        ArrayBufferWriter<byte> before = new(), after = new();
        using Utf8JsonWriter json = new(before, new JsonWriterOptions { SkipValidation = true });
        UInt128 differing = UInt128.Zero;
        for (int i = 0; i < _followed.Length; i++)
        {
            UInt128 bit = UInt128.One << i;
            if (((known | _licenses) & bit) == UInt128.Zero && !Bytes(json, before, _followed[i], was).SequenceEqual(Bytes(json, after, _followed[i], now)))
            {
                differing |= bit;
            }
        }

        return differing;
    }

    /// <summary>Writes what a client sees of an object: a property that has no value stands there only when it changed (B182).</summary>
    /// <param name="json">Into which object.</param>
    /// <param name="row">Of whom.</param>
    /// <param name="changed">The followed properties that changed in this round.</param>
    /// <param name="minimal">Whether only these are wanted.</param>
    public void Write(Utf8JsonWriter json, TRow row, UInt128 changed, bool minimal)
    {
        for (int i = 0; i < _followed.Length; i++)
        {
            bool isChanged = (changed & (UInt128.One << i)) != UInt128.Zero;
            if (isChanged || (_isSeen[i] && !minimal && !_isNull[i](row)))
            {
                _followed[i].Write(json, row);
            }
        }
    }

    private static Func<TRow, bool> NullOf(Property<TRow> property) => property.Operand switch
    {
        Operand<TRow>.Text text => row => text.Satisfies(row, static _ => true) is null,
        Operand<TRow>.Flag flag => row => flag.Get(row) is null,
        Operand<TRow>.Identifier id => row => id.Get(row) is null,
        Operand<TRow>.Number number => row => number.Get(row) is null,
        Operand<TRow>.Time time => row => time.Get(row) is null,
        _ => property.IsMissing,
    };

    private static ReadOnlySpan<byte> Bytes(Utf8JsonWriter json, ArrayBufferWriter<byte> into, Property<TRow> property, TRow row)
    {
        into.ResetWrittenCount();
        json.Reset(into);
        property.Write(json, row);
        json.Flush();
        return into.WrittenSpan;
    }
}
