namespace Berth.Graph.Queries;

/// <summary>One side of a comparison over a row: a typed reading, or a literal.</summary>
internal abstract record Operand<TRow>
{
    private Operand()
    {
    }

    /// <summary>Text; compared ignoring case, as the directory does.</summary>
    public sealed record Text(Func<TRow, string?> Get) : Operand<TRow>
    {
        /// <summary>Whether the text of a row satisfies a condition, or null when it has none; a text that lies in UTF-8 is asked without a string being made.</summary>
        public Func<TRow, Func<ReadOnlySpan<char>, bool>, bool?> Satisfies { get; init; } = (row, condition) => Get(row) is { } text ? condition(text) : null;

        /// <summary>Whether the text of a row is another but for upper and lower case, or null when it has none; null itself where <see cref="Satisfies"/> is as quick.</summary>
        public Func<TRow, string, bool?>? Is { get; init; }

        /// <summary>What a literal means that is compared with it; itself unless said otherwise.</summary>
        public Func<string, string>? Literal { get; init; }
    }

    /// <summary>True, false or nothing.</summary>
    public sealed record Flag(Func<TRow, bool?> Get) : Operand<TRow>;

    /// <summary>A GUID.</summary>
    public sealed record Identifier(Func<TRow, Guid?> Get) : Operand<TRow>;

    /// <summary>A whole number.</summary>
    public sealed record Number(Func<TRow, long?> Get) : Operand<TRow>;

    /// <summary>An instant.</summary>
    public sealed record Time(Func<TRow, DateTimeOffset?> Get) : Operand<TRow>;

    /// <summary>What the query says itself; null is a literal too.</summary>
    public sealed record Constant(object? Value) : Operand<TRow>;

    /// <summary>The same reading of a row that leads to this one's row, or to none.</summary>
    public Operand<TOuter> From<TOuter>(Func<TOuter, TRow> inner, Func<TRow, bool> isThere) => this switch
    {
        Text text => new Operand<TOuter>.Text(outer => inner(outer) is { } row && isThere(row) ? text.Get(row) : null)
        {
            Literal = text.Literal,
            Satisfies = (outer, condition) => inner(outer) is { } row && isThere(row) ? text.Satisfies(row, condition) : null,
        },
        Flag flag => new Operand<TOuter>.Flag(outer => inner(outer) is { } row && isThere(row) ? flag.Get(row) : null),
        Identifier id => new Operand<TOuter>.Identifier(outer => inner(outer) is { } row && isThere(row) ? id.Get(row) : null),
        Number number => new Operand<TOuter>.Number(outer => inner(outer) is { } row && isThere(row) ? number.Get(row) : null),
        Time time => new Operand<TOuter>.Time(outer => inner(outer) is { } row && isThere(row) ? time.Get(row) : null),
        Constant constant => new Operand<TOuter>.Constant(constant.Value),
        _ => throw new InvalidOperationException("An operand is one of six."),
    };
}
