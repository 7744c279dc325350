using System.Globalization;
using System.Text.Json;
using Berth.Engine.Collections;
using Microsoft.OData.Edm;
using Microsoft.OData.UriParser;

namespace Berth.Graph.Queries;

/// <summary>A property of a resource: how it is written, selected, filtered and sorted by.</summary>
internal abstract class Property<TRow>(string name)
{
    /// <summary>As Graph spells it.</summary>
    public string Name { get; } = name;

    /// <summary>Whether it comes without <c>$select</c>.</summary>
    public bool IsDefault { get; init; }

    /// <summary>The property as it comes without <c>$select</c>.</summary>
    public virtual Property<TRow> WhenDefault => this;

    /// <summary>False for a property that exists for filters only (L118).</summary>
    public bool IsWritten { get; init; } = true;

    /// <summary>Its type, for the parser.</summary>
    public abstract IEdmTypeReference EdmType { get; }

    /// <summary>Its value as one side of a comparison; null when it has no single value.</summary>
    public virtual Operand<TRow>? Operand => null;

    protected JsonEncodedText Encoded { get; } = JsonEncodedText.Encode(name);

    /// <summary>Writes name and value.</summary>
    public abstract void Write(Utf8JsonWriter json, TRow row);

    /// <summary>Whether a row has no value of it, where its operand does not tell.</summary>
    public virtual bool IsMissing(TRow row) => false;

    /// <summary>The reading of a property inside this one; null when there is none.</summary>
    public virtual Operand<TRow>? Inside(string name) => null;

    /// <summary>The number of its elements; null when it is no collection.</summary>
    public virtual Func<TRow, long?>? Count => null;

    /// <summary>Whether one of its texts satisfies a condition; null when it has no text.</summary>
    public virtual Func<TRow, Func<ReadOnlySpan<char>, bool>, bool>? Texts =>
        Operand is Operand<TRow>.Text text ? (row, condition) => text.Satisfies(row, condition) == true : null;

    /// <summary>Whether one of its elements satisfies a condition; null when it is no collection.</summary>
    public virtual Func<TRow, bool?>? Any(SingleValueNode condition, RangeVariable variable) => null;
}

internal sealed class TextProperty<TRow>(string name, Func<TRow, string?> get) : Property<TRow>(name)
{
    public Func<string, string>? Literal { get; init; }

    public override IEdmTypeReference EdmType => EdmCoreModel.Instance.GetString(isNullable: true);

    public override Operand<TRow> Operand => new Operand<TRow>.Text(get) { Literal = Literal };

    public override void Write(Utf8JsonWriter json, TRow row) => json.WriteString(Encoded, get(row));
}

/// <summary>A text that lies in UTF-8: it is written as it lies, and asked without a string being made.</summary>
internal sealed class Utf8Property<TRow>(string name, Func<TRow, Utf8Text> get) : Property<TRow>(name)
{
    public override IEdmTypeReference EdmType => EdmCoreModel.Instance.GetString(isNullable: true);

    public override Operand<TRow> Operand => new Operand<TRow>.Text(row => get(row).Text)
    {
        Satisfies = (row, condition) => get(row).Satisfies(condition),
        Is = (row, value) => get(row).IsButForCase(value),
    };

    public override void Write(Utf8JsonWriter json, TRow row)
    {
        Utf8Text text = get(row);
        if (text.IsMissing)
        {
            json.WriteNull(Encoded);
        }
        else
        {
            json.WriteString(Encoded, text.Bytes);
        }
    }
}

internal sealed class FlagProperty<TRow>(string name, Func<TRow, bool?> get) : Property<TRow>(name)
{
    public override IEdmTypeReference EdmType => EdmCoreModel.Instance.GetBoolean(isNullable: true);

    public override Operand<TRow> Operand => new Operand<TRow>.Flag(get);

    public override void Write(Utf8JsonWriter json, TRow row)
    {
        if (get(row) is { } flag)
        {
            json.WriteBoolean(Encoded, flag);
        }
        else
        {
            json.WriteNull(Encoded);
        }
    }
}

internal sealed class IdProperty<TRow>(string name, Func<TRow, Guid?> get) : Property<TRow>(name)
{
    public override IEdmTypeReference EdmType => EdmCoreModel.Instance.GetGuid(isNullable: true);

    public override Operand<TRow> Operand => new Operand<TRow>.Identifier(get);

    public override void Write(Utf8JsonWriter json, TRow row)
    {
        if (get(row) is { } id)
        {
            json.WriteString(Encoded, id);
        }
        else
        {
            json.WriteNull(Encoded);
        }
    }
}

/// <summary>An object id: text for queries, as in Graph, and a GUID inside.</summary>
internal sealed class ObjectIdProperty<TRow>(string name, Func<TRow, Guid> get) : Property<TRow>(name)
{
    public override IEdmTypeReference EdmType => EdmCoreModel.Instance.GetString(isNullable: true);

    public override Operand<TRow> Operand => new Operand<TRow>.Text(row => get(row).ToString());

    public override void Write(Utf8JsonWriter json, TRow row) => json.WriteString(Encoded, get(row));
}

internal sealed class NumberProperty<TRow>(string name, Func<TRow, long?> get) : Property<TRow>(name)
{
    public override IEdmTypeReference EdmType => EdmCoreModel.Instance.GetInt32(isNullable: true);

    public override Operand<TRow> Operand => new Operand<TRow>.Number(get);

    public override void Write(Utf8JsonWriter json, TRow row)
    {
        if (get(row) is { } number)
        {
            json.WriteNumber(Encoded, number);
        }
        else
        {
            json.WriteNull(Encoded);
        }
    }
}

internal sealed class TimeProperty<TRow>(string name, Func<TRow, DateTimeOffset?> get) : Property<TRow>(name)
{
    public override IEdmTypeReference EdmType => EdmCoreModel.Instance.GetDateTimeOffset(isNullable: true);

    public override Operand<TRow> Operand => new Operand<TRow>.Time(get);

    public override void Write(Utf8JsonWriter json, TRow row)
    {
        if (get(row) is { } time)
        {
            // A UTC DateTime is written with Z and as many fraction digits as it has (protocol 1.3).
            json.WriteString(Encoded, time.UtcDateTime);
        }
        else
        {
            json.WriteNull(Encoded);
        }
    }
}

/// <summary>A day without a time: <c>Edm.Date</c>. It cannot stand in a filter.</summary>
internal sealed class DateProperty<TRow>(string name, Func<TRow, DateOnly?> get) : Property<TRow>(name)
{
    public override IEdmTypeReference EdmType => EdmCoreModel.Instance.GetDate(isNullable: true);

    public override bool IsMissing(TRow row) => get(row) is null;

    public override void Write(Utf8JsonWriter json, TRow row)
    {
        if (get(row) is { } day)
        {
            json.WriteString(Encoded, day.ToString("O", CultureInfo.InvariantCulture));
        }
        else
        {
            json.WriteNull(Encoded);
        }
    }
}

/// <summary>One value with properties of its own, or none.</summary>
/// <typeparam name="TRow">The row.</typeparam>
/// <typeparam name="TPart">The value.</typeparam>
internal sealed class PartProperty<TRow, TPart>(string name, Shape<TPart> shape, Func<TRow, TPart> get, Func<TPart, bool> isThere) : Property<TRow>(name)
{
    /// <summary>The <c>@odata.type</c> of a value whose declared type has several kinds; null, or no text, when it is not sent.</summary>
    public Func<TPart, string?>? TypeOf { get; init; }

    public override IEdmTypeReference EdmType => new EdmComplexTypeReference((IEdmComplexType)shape.EdmType, isNullable: true);

    public override bool IsMissing(TRow row) => get(row) is not { } part || !isThere(part);

    public override void Write(Utf8JsonWriter json, TRow row)
    {
        TPart part = get(row);
        if (part is null || !isThere(part))
        {
            json.WriteNull(Encoded);
            return;
        }

        json.WriteStartObject(Encoded);
        if (TypeOf?.Invoke(part) is { } type)
        {
            json.WriteString("@odata.type"u8, type);
        }

        Shape<TPart>.Write(json, part, shape.Default);
        json.WriteEndObject();
    }

    // A value can lie two levels down: initiatedBy/app/displayName.
    public override Operand<TRow>? Inside(string name)
    {
        int slash = name.IndexOf('/', StringComparison.Ordinal);
        Operand<TPart>? operand = slash < 0 ? shape.Find(name)?.Operand : shape.Find(name[..slash])?.Inside(name[(slash + 1)..]);
        return operand?.From(get, isThere);
    }
}

/// <summary>Values with properties of their own.</summary>
/// <typeparam name="TRow">The row.</typeparam>
/// <typeparam name="TPart">A value.</typeparam>
internal sealed class PartsProperty<TRow, TPart>(string name, Shape<TPart> shape, Func<TRow, IEnumerable<TPart>> get) : Property<TRow>(name)
{
    public override IEdmTypeReference EdmType =>
        new EdmCollectionTypeReference(new EdmCollectionType(new EdmComplexTypeReference((IEdmComplexType)shape.EdmType, isNullable: false)));

    public override Func<TRow, long?> Count => row => get(row).LongCount();

    public override void Write(Utf8JsonWriter json, TRow row)
    {
        json.WriteStartArray(Encoded);
        IEnumerable<TPart> parts = get(row);

        // Mostly an array, which is walked without an enumerator.
        if (parts is TPart[] array)
        {
            foreach (ref readonly TPart part in array.AsSpan())
            {
                Write(json, part);
            }
        }
        else
        {
            foreach (TPart part in parts)
            {
                Write(json, part);
            }
        }

        json.WriteEndArray();
    }

    private void Write(Utf8JsonWriter json, TPart part)
    {
        json.WriteStartObject();
        Shape<TPart>.Write(json, part, shape.Default);
        json.WriteEndObject();
    }

    /// <summary>
    /// A quicker way to see whether a part has a given GUID in one of its properties: the property's name, and the condition on the row.
    /// </summary>
    public (string Name, Func<Guid, Func<TRow, bool?>> Condition)? WithId { get; init; }

    public override Func<TRow, bool?> Any(SingleValueNode condition, RangeVariable variable) =>
        WithId is { } quick && Equality.In(condition) is [{ IsWhole: true, Values: [Guid id] } equality] && equality.Path == quick.Name
            ? quick.Condition(id)
            : Collections.Any(get, new FilterCompiler<TPart>(shape, variable).Compile(condition));
}

/// <summary>Plain values: text or GUIDs.</summary>
/// <typeparam name="TRow">The row.</typeparam>
/// <typeparam name="TValue">String or Guid.</typeparam>
internal sealed class ValuesProperty<TRow, TValue>(string name, Func<TRow, IEnumerable<TValue>> get, Operand<TValue> operand) : Property<TRow>(name)
{
    public override IEdmTypeReference EdmType => EdmCoreModel.GetCollection(
        operand is Operand<TValue>.Identifier ? EdmCoreModel.Instance.GetGuid(isNullable: false) : EdmCoreModel.Instance.GetString(isNullable: false));

    public override Func<TRow, long?> Count => row => get(row).LongCount();

    public override Func<TRow, Func<ReadOnlySpan<char>, bool>, bool>? Texts =>
        operand is Operand<TValue>.Text text ? (row, condition) => get(row).Any(value => text.Get(value) is { } found && condition(found)) : null;

    public override void Write(Utf8JsonWriter json, TRow row)
    {
        json.WriteStartArray(Encoded);
        foreach (TValue value in get(row))
        {
            if (value is Guid id)
            {
                json.WriteStringValue(id);
            }
            else
            {
                json.WriteStringValue((string)(object)value!);
            }
        }

        json.WriteEndArray();
    }

    public override Func<TRow, bool?> Any(SingleValueNode condition, RangeVariable variable) =>
        Collections.Any(get, new FilterCompiler<TValue>(operand, variable).Compile(condition));
}

internal static class Collections
{
    /// <summary>True when one element satisfies the condition, else nothing when one might, else false: the logic of or.</summary>
    public static Func<TRow, bool?> Any<TRow, TPart>(Func<TRow, IEnumerable<TPart>> get, Func<TPart, bool?> condition) => row =>
    {
        bool? any = false;
        foreach (TPart part in get(row))
        {
            switch (condition(part))
            {
                case true:
                    return true;
                case null:
                    any = null;
                    break;
                case false:
                    break;
            }
        }

        return any;
    };
}
