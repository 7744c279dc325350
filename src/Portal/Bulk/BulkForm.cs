using Berth.Portal.Graph;

namespace Berth.Portal.Bulk;

/// <summary>What a person fills in to work off a list.</summary>
public sealed class BulkForm
{
    /// <summary>The list; null until one was chosen.</summary>
    public UserList? List { get; private set; }

    /// <summary>The column that names the user; -1 while nobody has said.</summary>
    public int UserColumn { get; set; } = -1;

    /// <summary>What that column says of a user.</summary>
    public UserNaming Naming { get; set; }

    /// <summary>What is done.</summary>
    public BulkVerb Verb { get; set; }

    /// <summary>Whether a column of the list names the license, and not the form for all.</summary>
    public bool IsNamedByColumn { get; set; }

    /// <summary>That column; -1 while nobody has said.</summary>
    public int LicenseColumn { get; set; } = -1;

    /// <summary>The licenses for all, with the apps that are off; of a swap the one that comes.</summary>
    public Dictionary<Guid, HashSet<Guid>> Chosen { get; } = [];

    /// <summary>Of a swap: the one that goes.</summary>
    public Guid? Old { get; set; }

    /// <summary>The usage location for those who have none.</summary>
    public string Country { get; set; } = "";

    /// <summary>The lines that are to be worked off.</summary>
    public IReadOnlyList<ListedRow> Rows { get; set; } = [];

    /// <summary>Whether a license can come to a user.</summary>
    public bool Gives => Verb != BulkVerb.Remove;

    /// <summary>What is still to be said before anybody is looked up; empty when nothing.</summary>
    public string Missing => this switch
    {
        { UserColumn: < 0 } => "Say which column names the user.",
        { Verb: BulkVerb.Swap, Old: null } => "Choose the license that goes.",
        { IsNamedByColumn: true, LicenseColumn: < 0 } => "Say which column names the license.",
        { IsNamedByColumn: false, Chosen.Count: 0 } => "Choose the license.",
        { IsNamedByColumn: false, Verb: BulkVerb.Swap, Chosen.Count: > 1 } => "A swap gives one license in place of the other: choose one.",
        { IsNamedByColumn: false, Verb: BulkVerb.Swap } when Chosen.ContainsKey(Old!.Value) => "The license that goes and the one that comes are the same.",
        { Gives: true } when Country.Trim() is { Length: > 0 } country && (country.Length != 2 || !country.All(char.IsAsciiLetter)) => "A usage location is two letters, such as US.",
        _ => "",
    };

    /// <summary>Takes a list and guesses what its columns are.</summary>
    public void Take(UserList list)
    {
        List = list;
        UserColumn = list.UserColumn;
        LicenseColumn = list.LicenseColumn;
        IsNamedByColumn = LicenseColumn >= 0;
        Naming = UserColumn < 0 ? UserNaming.SignInName : NamingOf(list.Header[UserColumn]);
        Rows = [.. list.Lines.Select(static line => new ListedRow(line))];
    }

    /// <summary>What a column of a name most likely says of a user.</summary>
    public static UserNaming NamingOf(string column) =>
        column.Contains("employee", StringComparison.OrdinalIgnoreCase) ? UserNaming.EmployeeId
        : column.Contains("mail", StringComparison.OrdinalIgnoreCase) ? UserNaming.Mail
        : UserNaming.SignInName;

    /// <summary>Forgets what was found out of the lines, and takes the users as the columns name them now.</summary>
    public void Name()
    {
        foreach (ListedRow row in Rows)
        {
            (row.Person, row.Switch, row.User) = (null, null, row.Line.Fields[UserColumn].Trim());
            row.Settle(RowFate.Open, "", "");
        }
    }

    /// <summary>Decides every line whose user is known.</summary>
    internal void Decide(IReadOnlyDictionary<Guid, SubscribedSku> skus, LicenseNames names)
    {
        // Without apps that somebody has switched off, a swap keeps those that were.
        BulkJob job = new(Verb, skus)
        {
            Old = Old ?? Guid.Empty,
            Off = IsNamedByColumn ? new Dictionary<Guid, IReadOnlyList<Guid>>() : Chosen.Where(one => Verb != BulkVerb.Swap || one.Value.Count > 0).ToDictionary(one => one.Key, one => (IReadOnlyList<Guid>)[.. one.Value]),
        };
        string country = Country.Trim().ToUpperInvariant();
        foreach (ListedRow row in Rows.Where(static row => row.Person is not null))
        {
            row.Switch = null;
            (IReadOnlyList<Guid> wanted, string? problem) = IsNamedByColumn ? names.Read(row.Line.Fields[LicenseColumn]) : ([.. Chosen.Keys], null);
            if (problem is not null)
            {
                row.Fail("skuNotInTenant", problem);
            }
            else if (Verb == BulkVerb.Swap && wanted.Count > 1)
            {
                row.Fail("duplicateSku", "A swap gives one license in place of the other, and this line names several.");
            }
            else
            {
                job.Decide(row, wanted, country);
            }
        }
    }
}
