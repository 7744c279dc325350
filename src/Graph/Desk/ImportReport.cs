using Berth.Engine;
using Berth.Engine.Collections;
using Berth.Graph.Errors;
using Berth.Graph.Requests;

namespace Berth.Graph.Desk;

/// <summary>What an import came to: what was taken, and what is wrong with the lines that were not.</summary>
internal sealed class ImportReport
{
    private readonly List<(int Line, GraphError Error)> _errors = [];
    private int _users;
    private int _groups;
    private int _members;
    private int _refused;

    /// <summary>A line was not taken. The first <see cref="GraphLimits.ImportErrors"/> are told, the others counted.</summary>
    public void Refuse(int line, GraphError error)
    {
        lock (_errors)
        {
            _refused++;
            if (_errors.Count < GraphLimits.ImportErrors)
            {
                _errors.Add((line, error));
            }
        }
    }

    /// <summary>A command was carried out: its lines were taken, but for those refused.</summary>
    public void Take(IReadOnlyList<ImportLine> lines, ValueArray<LineRefusal> refused)
    {
        Dictionary<int, Refusal> reasons = refused.ToDictionary(one => one.Line, one => one.Refusal);
        foreach (ImportLine line in lines)
        {
            if (reasons.TryGetValue(line.Line, out Refusal? refusal))
            {
                Refuse(line.Line, refusal.ToError());
                continue;
            }

            switch (line)
            {
                case ImportLine.OfUser:
                    _users++;
                    break;
                case ImportLine.OfGroup:
                    _groups++;
                    break;
                case ImportLine.OfMember:
                    _members++;
                    break;
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
        foreach ((int line, GraphError error) in report._errors.OrderBy(one => one.Line))
        {
            json.WriteStartObject();
            json.WriteNumber("line"u8, line);
            json.WriteString("code"u8, error.InnerCode);
            json.WriteString("message"u8, error.Message);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("errorCount"u8, report._refused);
        json.WriteNumber("errorsLeftOut"u8, report._refused - report._errors.Count);
        json.WriteEndObject();
    });
}
