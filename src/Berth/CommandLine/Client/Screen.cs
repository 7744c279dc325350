using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Berth.CommandLine.Client.Wire;
using Spectre.Console;

namespace Berth.CommandLine.Client;

/// <summary>What a command shows: tables and sentences for people, JSON for programs on the output alone, troubles and progress on the error stream.</summary>
internal sealed class Screen(TextWriter output, TextWriter error, bool json)
{
    // Progress stands on one line of a terminal; a sentence has to clear it first.
    private bool _isLineOpen;

    /// <summary>Whether the answer is for a program.</summary>
    public bool Json => json;

    /// <summary>Whether progress can be written over itself.</summary>
    public bool CanOverwrite { get; } = ReferenceEquals(error, Console.Error) && !Console.IsErrorRedirected;

    /// <summary>The columns of the terminal; 0 when the output is none.</summary>
    private int Width { get; } = ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected ? AnsiConsole.Profile.Width : 0;

    /// <summary>A sentence for people; nothing when the answer is for a program.</summary>
    public void Say(string sentence)
    {
        if (!json)
        {
            output.WriteLine(Clean(sentence));
        }
    }

    /// <summary>A sentence on the error stream.</summary>
    public void Warn(string sentence)
    {
        lock (error)
        {
            EndLine();
            error.WriteLine($"berth: {Clean(sentence)}");
        }
    }

    /// <summary>Progress on the error stream; on a terminal each one replaces the last.</summary>
    public void Progress(string state)
    {
        lock (error)
        {
            if (CanOverwrite)
            {
                error.Write($"\r\e[K{state}");
                _isLineOpen = true;
            }
            else
            {
                error.WriteLine(state);
            }
        }
    }

    /// <summary>Tells of a refusal, what it was about and what to do; the result is the exit code of the command.</summary>
    public int Refused(string about, GraphRefusal refusal)
    {
        StringBuilder text = new($"{about}: {refusal.Message} [{refusal.Code}]");
        if (Advice.For(refusal.Code) is { } advice)
        {
            text.Append(' ').Append(advice);
        }

        Warn(text.ToString());
        return ExitCode.SomeRowsFailed;
    }

    /// <summary>The answer for a program.</summary>
    public void Write<T>(T value, JsonTypeInfo<T> type) => output.WriteLine(JsonSerializer.Serialize(value, type));

    /// <summary>A table: drawn on a terminal that is wide enough, else columns that line up; an id is never cut in two.</summary>
    public void Table(string[] headers, IReadOnlyList<string[]> rows)
    {
        if (json)
        {
            return;
        }

        string[][] clean = [.. rows.Select(row => row.Select(Clean).ToArray())];
        int[] widths = [.. headers.Select((header, column) => clean.Select(row => row[column].Length).Append(header.Length).Max())];

        // Drawn, a column has a blank on either side and a line behind it, and there is a line before the first.
        if (widths.Sum(width => width + 3) + 1 <= Width)
        {
            Table table = new Table { Border = TableBorder.Rounded }.AddColumns([.. headers.Select(Markup.Escape)]);
            foreach (string[] row in clean)
            {
                table.AddRow([.. row.Select(cell => new Text(cell))]);
            }

            AnsiConsole.Write(table);
            return;
        }

        foreach (string[] row in clean.Prepend(headers))
        {
            output.WriteLine(string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
        }
    }

    /// <summary>Ends a line of progress.</summary>
    public void EndLine()
    {
        lock (error)
        {
            if (_isLineOpen)
            {
                error.Write("\r\e[K");
                _isLineOpen = false;
            }
        }
    }

    // Names come from the directory: none of them may steer the terminal.
    private static string Clean(string text) => text.Any(char.IsControl) ? string.Concat(text.Select(letter => char.IsControl(letter) ? ' ' : letter)) : text;
}
