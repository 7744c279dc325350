namespace Berth.CommandLine.Client.AsCode.Format;

/// <summary>What may stand at a place of a file: the reader, the schema and the documents are made from it (B550).</summary>
internal abstract record Shape
{
    /// <summary>What is expected, for people.</summary>
    public abstract string Says { get; }

    /// <summary>A name, or another text.</summary>
    /// <param name="Of">What it names, such as <c>a SKU</c>.</param>
    public sealed record Text(string Of) : Shape
    {
        /// <summary>Whether it names a SKU, for which editors offer names.</summary>
        public bool IsSku { get; init; }

        /// <inheritdoc/>
        public override string Says => Of;
    }

    /// <summary>A whole number.</summary>
    public sealed record Whole(int Least, int Most) : Shape
    {
        /// <inheritdoc/>
        public override string Says => Least == Most ? $"{Least}" : $"a whole number from {Least} to {Most}";
    }

    /// <summary>One of a few words.</summary>
    public sealed record Word(params IReadOnlyList<string> Words) : Shape
    {
        /// <inheritdoc/>
        public override string Says => string.Join(" or ", Words);
    }

    /// <summary>A list.</summary>
    public sealed record ListOf(Shape Item) : Shape
    {
        /// <inheritdoc/>
        public override string Says => Item is Word word ? $"a list of {word.Says}" : $"a list, each item of it {Item.Says}";
    }

    /// <summary>Keys with values.</summary>
    /// <param name="Name">What it is, such as <c>a group</c>.</param>
    /// <param name="Keys">The keys.</param>
    public sealed record Map(string Name, params IReadOnlyList<ShapeKey> Keys) : Shape
    {
        /// <inheritdoc/>
        public override string Says => $"{Name} with {string.Join(", ", Keys.Select(key => key.Name))}";
    }

    /// <summary>A map, or the text of its first key alone.</summary>
    public sealed record TextOrMap(Text Short, Map Long) : Shape
    {
        /// <inheritdoc/>
        public override string Says => $"{Short.Says}, or {Long.Says}";
    }
}

/// <summary>A key of a map.</summary>
/// <param name="Name">The key.</param>
/// <param name="Shape">What stands behind it.</param>
/// <param name="Meaning">What it means, a sentence.</param>
internal sealed record ShapeKey(string Name, Shape Shape, string Meaning)
{
    /// <summary>Whether it must be there.</summary>
    public bool IsRequired { get; init; }
}
