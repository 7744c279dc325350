namespace Berth.Portal.Bulk;

/// <summary>What is to become of a line, or became of it: the outcomes of <c>berth bulk</c>.</summary>
public enum RowFate
{
    /// <summary>Nobody has looked at it yet.</summary>
    Open,

    /// <summary>It is to be done; afterwards, it was done.</summary>
    Change,

    /// <summary>It is so already.</summary>
    Already,

    /// <summary>The job is not about this user.</summary>
    LeftAlone,

    /// <summary>An earlier line names the same user.</summary>
    Duplicate,

    /// <summary>Something is wrong with it.</summary>
    Failed,
}

/// <summary>A line of the list with what there is to say of it.</summary>
public sealed class ListedRow(ListLine line)
{
    /// <summary>The line.</summary>
    public ListLine Line { get; } = line;

    /// <summary>The user it names, as written.</summary>
    public string User { get; set; } = "";

    /// <summary>Whoever that is; null while nobody knows.</summary>
    public ListedPerson? Person { get; set; }

    /// <summary>What is asked for this user; null where nothing is.</summary>
    public LicenseSwitch? Switch { get; set; }

    /// <summary>What is to become of it, or became.</summary>
    public RowFate Fate { get; set; }

    /// <summary>Whether it has been done.</summary>
    public bool IsDone { get; set; }

    /// <summary>Of a failure the machine code; else empty.</summary>
    public string Code { get; set; } = "";

    /// <summary>A sentence for people.</summary>
    public string Message { get; set; } = "";

    /// <summary>When it was done or found out.</summary>
    public DateTimeOffset? At { get; set; }

    /// <summary>Says what there is to say.</summary>
    public void Settle(RowFate fate, string code, string message) => (Fate, Code, Message, Switch) = (fate, code, message, fate == RowFate.Change ? Switch : null);

    /// <summary>Says what is wrong.</summary>
    public void Fail(string code, string message) => Settle(RowFate.Failed, code, message);
}
