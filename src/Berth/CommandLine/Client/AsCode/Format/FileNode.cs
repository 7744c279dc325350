using System.Globalization;

namespace Berth.CommandLine.Client.AsCode.Format;

/// <summary>A place in a file, both counted from 1.</summary>
internal readonly record struct Place(int Line, int Column)
{
    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"line {Line}, column {Column}");
}

/// <summary>Something that is wrong with a file, where, and what to write instead.</summary>
internal readonly record struct Problem(Place At, string Sentence);

/// <summary>A part of a file, with the place where it begins.</summary>
internal abstract record FileNode(Place At)
{
    /// <summary>What it is, for people.</summary>
    public abstract string Says { get; }

    /// <summary>A text: a name, a word or a number.</summary>
    /// <param name="At">Where.</param>
    /// <param name="Value">The text.</param>
    /// <param name="IsPlain">Whether it stands without quotes, so that it may mean nothing or a number.</param>
    public sealed record Text(Place At, string Value, bool IsPlain) : FileNode(At)
    {
        /// <summary>Whether nothing was written, or a word for it.</summary>
        public bool IsNothing => IsPlain && Value is "" or "~" or "null" or "Null" or "NULL";

        /// <inheritdoc/>
        public override string Says => IsNothing ? "nothing" : $"'{Value}'";
    }

    /// <summary>A list.</summary>
    public sealed record List(Place At, IReadOnlyList<FileNode> Items) : FileNode(At)
    {
        /// <inheritdoc/>
        public override string Says => "a list";
    }

    /// <summary>Keys with values; no key comes twice.</summary>
    public sealed record Map(Place At, IReadOnlyList<MapEntry> Entries) : FileNode(At)
    {
        /// <inheritdoc/>
        public override string Says => "keys with values";

        /// <summary>The value of a key, or null.</summary>
        public FileNode? this[string key] => Entries.FirstOrDefault(entry => entry.Key == key)?.Value;
    }
}

/// <summary>A key with its value.</summary>
internal sealed record MapEntry(string Key, Place At, FileNode Value);
