using System.Text.Json;
using Berth.Engine;
using Berth.Engine.Collections;
using Berth.Graph.Errors;
using Berth.Graph.Requests;

namespace Berth.Graph.Desk;

/// <summary>A line that was not taken.</summary>
/// <param name="Line">Its number.</param>
/// <param name="Code">A machine code.</param>
/// <param name="Message">For people.</param>
internal readonly record struct RefusedLine(int Line, string Code, string Message);

/// <summary>What one command of an import came to.</summary>
/// <param name="Users">Users taken.</param>
/// <param name="Groups">Groups taken.</param>
/// <param name="Members">Members taken.</param>
/// <param name="Refused">Lines not taken, in order.</param>
internal sealed record ImportOutcome(int Users, int Groups, int Members, ValueArray<RefusedLine> Refused)
{
    /// <summary>The outcome of lines of which some were refused.</summary>
    public static ImportOutcome Of(IReadOnlyList<ImportLine> lines, ValueArray<LineRefusal> refused)
    {
        HashSet<int> bad = [.. refused.Select(one => one.Line)];
        int users = 0, groups = 0, members = 0;
        foreach (ImportLine line in lines.Where(line => !bad.Contains(line.Line)))
        {
            users += line is ImportLine.OfUser ? 1 : 0;
            groups += line is ImportLine.OfGroup ? 1 : 0;
            members += line is ImportLine.OfMember ? 1 : 0;
        }

        return new ImportOutcome(users, groups, members, refused.Select(one => Refuse(one.Line, one.Refusal.ToError())).ToValueArray());
    }

    /// <summary>A line that was not taken, for an error.</summary>
    public static RefusedLine Refuse(int line, GraphError error) => new(line, error.InnerCode, error.Message);

    /// <summary>As bytes that <see cref="Read"/> reads.</summary>
    public byte[] ToBytes()
    {
        using PooledBytes bytes = new();
        using (Utf8JsonWriter json = new(bytes))
        {
            json.WriteStartArray();
            json.WriteNumberValue(Users);
            json.WriteNumberValue(Groups);
            json.WriteNumberValue(Members);
            foreach (RefusedLine line in Refused)
            {
                json.WriteNumberValue(line.Line);
                json.WriteStringValue(line.Code);
                json.WriteStringValue(line.Message);
            }

            json.WriteEndArray();
        }

        return bytes.Written.ToArray();
    }

    /// <summary>The outcome that was remembered.</summary>
    public static ImportOutcome Read(ReadOnlySpan<byte> bytes)
    {
        Utf8JsonReader reader = new(bytes);
        using JsonDocument json = JsonDocument.ParseValue(ref reader);
        JsonElement[] items = [.. json.RootElement.EnumerateArray()];
        return new ImportOutcome(
            items[0].GetInt32(),
            items[1].GetInt32(),
            items[2].GetInt32(),
            items.Skip(3).Chunk(3).Select(one => new RefusedLine(one[0].GetInt32(), one[1].GetString()!, one[2].GetString()!)).ToValueArray());
    }
}

/// <summary>What an import came to: what was taken, and what is wrong with the lines that were not.</summary>
internal sealed class ImportReport
{
    private readonly Lock _adding = new();
    private readonly List<RefusedLine> _named = [];
    private int _users;
    private int _groups;
    private int _members;
    private int _refused;

    /// <summary>A line was not taken.</summary>
    public void Refuse(int line, GraphError error)
    {
        lock (_adding)
        {
            Name(ImportOutcome.Refuse(line, error));
        }
    }

    /// <summary>A command was carried out.</summary>
    public void Add(ImportOutcome outcome)
    {
        lock (_adding)
        {
            _users += outcome.Users;
            _groups += outcome.Groups;
            _members += outcome.Members;
            foreach (RefusedLine line in outcome.Refused)
            {
                Name(line);
            }
        }
    }

    /// <summary>The answer of the import (contract).</summary>
    public GraphResponse Answer() => GraphResponse.Json(200, this, static (json, report) =>
    {
        json.WriteStartObject();
        json.WriteNumber("users"u8, report._users);
        json.WriteNumber("groups"u8, report._groups);
        json.WriteNumber("members"u8, report._members);
        json.WriteStartArray("errors"u8);
        foreach (RefusedLine line in report._named.OrderBy(one => one.Line))
        {
            json.WriteStartObject();
            json.WriteNumber("line"u8, line.Line);
            json.WriteString("code"u8, line.Code);
            json.WriteString("message"u8, line.Message);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("errorCount"u8, report._refused);
        json.WriteNumber("errorsLeftOut"u8, report._refused - report._named.Count);
        json.WriteEndObject();
    });

    // The first GraphLimits.ImportErrors are told, the others counted.
    private void Name(RefusedLine line)
    {
        _refused++;
        if (_named.Count < GraphLimits.ImportErrors)
        {
            _named.Add(line);
        }
    }
}
