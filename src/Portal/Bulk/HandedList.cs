namespace Berth.Portal.Bulk;

/// <summary>A list that another page has put together, on its way to Bulk, with what is to be done (B648).</summary>
public sealed class HandedList
{
    private (UserList List, BulkVerb Verb)? _waiting;

    /// <summary>Leaves a list of users for Bulk.</summary>
    /// <param name="name">What the list is called, as a file would be.</param>
    /// <param name="users">Their sign-in names.</param>
    /// <param name="verb">What is to be done.</param>
    public void Leave(string name, IEnumerable<string> users, BulkVerb verb) =>
        _waiting = (new UserList(name, [UserList.UserColumns[0]], [.. users.Select(static (user, index) => new ListLine(index, index + 2, [user], true))], ',', false), verb);

    /// <summary>The list that waits, once.</summary>
    public (UserList List, BulkVerb Verb)? Take()
    {
        (UserList List, BulkVerb Verb)? waiting = _waiting;
        _waiting = null;
        return waiting;
    }
}
