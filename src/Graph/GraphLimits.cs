namespace Berth.Graph;

/// <summary>Every limit of the Graph room toward the outside, in one place.</summary>
public static class GraphLimits
{
    /// <summary>The largest request body, in bytes; larger ones have an import (contract, <c>POST /import</c>), a table of products and a list of changes.</summary>
    public const int BodyBytes = 1024 * 1024;

    /// <summary>The largest list of changes, in bytes: what is planned and what is applied (B509).</summary>
    public const int ChangesBytes = 16 * 1024 * 1024;

    /// <summary>The largest import, in bytes.</summary>
    public const long ImportBytes = 1024L * 1024 * 1024;

    /// <summary>The deepest JSON of a request body, in levels; a <c>$batch</c> nests its items three levels down.</summary>
    public const int JsonDepth = 32;

    /// <summary>The longest path, in characters as sent.</summary>
    public const int PathCharacters = 4096;

    /// <summary>The most segments of a path after the version.</summary>
    public const int PathSegments = 16;

    /// <summary>The longest query string, in characters as sent; one of the longest filter fits, escaped.</summary>
    public const int QueryCharacters = 48 * 1024;

    /// <summary>The longest <c>client-request-id</c> that is echoed, in characters.</summary>
    public const int ClientRequestIdCharacters = 128;

    /// <summary>The longest filter, in characters after decoding.</summary>
    public const int FilterCharacters = 8192;

    /// <summary>The longest filter that is parsed on the caller's stack, in characters; a longer one gets a stack of its own.</summary>
    public const int FilterCharactersOnAnyStack = 512;

    /// <summary>That stack, in bytes: room for many times the operators that the longest filter can have.</summary>
    public const int ParserStackBytes = 16 * 1024 * 1024;

    /// <summary>The deepest nesting of a filter: parentheses and negations, in levels.</summary>
    public const int FilterDepth = 64;

    /// <summary>The longest search, in characters after decoding.</summary>
    public const int SearchCharacters = 2048;

    /// <summary>The deepest nesting of a search, in levels; the parser has a limit of its own not far above.</summary>
    public const int SearchDepth = 16;

    /// <summary>The most clauses of a search.</summary>
    public const int SearchClauses = 100;

    /// <summary>The most relations one <c>$expand</c> names.</summary>
    public const int Expansions = 8;

    /// <summary>The largest page of a collection, in items (L158).</summary>
    public const int LargestPage = 999;

    /// <summary>The page of a collection without <c>$top</c>, in items (L158).</summary>
    public const int DefaultPage = 100;

    /// <summary>The people who are named of those whom a rule would take (B513); all are counted.</summary>
    public const int MatchesNamed = 100;

    /// <summary>Parsed queries remembered for each kind of collection.</summary>
    public const int RememberedQueries = 512;

    /// <summary>The longest name of an enumeration's member, duration or instant in a body, in characters.</summary>
    public const int NameCharacters = 64;

    /// <summary>The longest mail alias of a user or group, in characters.</summary>
    public const int MailNicknameCharacters = 64;

    /// <summary>The longest password, in characters.</summary>
    public const int PasswordCharacters = 256;

    /// <summary>The most items of a list such as <c>otherMails</c>.</summary>
    public const int ListItems = 250;

    /// <summary>The longest item of such a list, in characters.</summary>
    public const int ListItemCharacters = 256;

    /// <summary>The most members one request can add by <c>members@odata.bind</c> (L170), and the most owners by <c>owners@odata.bind</c> (B143).</summary>
    public const int BoundMembers = 20;

    /// <summary>The most ids that one <c>getByIds</c> asks for.</summary>
    public const int DirectoryObjectIds = 1000;

    /// <summary>The types of one <c>getByIds</c> that are looked at; Graph has fewer.</summary>
    public const int DirectoryObjectTypes = 64;

    /// <summary>The most ids that one request can check memberships for.</summary>
    public const int CheckedIds = 20;

    /// <summary>The most memberships that <c>getMemberGroups</c> and <c>getMemberObjects</c> return.</summary>
    public const int Memberships = 11_000;

    /// <summary>The most items of a <c>$batch</c>.</summary>
    public const int BatchItems = 20;

    /// <summary>The longest id of an item of a <c>$batch</c>, in characters.</summary>
    public const int BatchIdCharacters = 256;

    /// <summary>The most lines of a page of those who wait.</summary>
    public const int WaitingPage = 1000;

    /// <summary>The largest product-names table, in bytes; Microsoft's has about one million.</summary>
    public const int TableBytes = 16 * 1024 * 1024;

    /// <summary>The longest line of an import, in bytes.</summary>
    public const int ImportLineBytes = 1024 * 1024;

    /// <summary>The most lines of an import that are one command, and so one entry of the journal.</summary>
    public const int ImportChunkLines = 5000;

    /// <summary>The most bytes of lines that are one command; a single line can be longer.</summary>
    public const int ImportChunkBytes = 4 * 1024 * 1024;

    /// <summary>The most lines of an import that the answer names with what is wrong; the others are counted.</summary>
    public const int ImportErrors = 1000;

    /// <summary>How long the audit log keeps an activity, by the tenant's clock (L88).</summary>
    public static readonly TimeSpan AuditRetention = TimeSpan.FromDays(30);

    /// <summary>The most activities that one page of the audit log looks at; a filter can leave fewer on it.</summary>
    public const int AuditScanRows = 20_000;

    /// <summary>The most entries of the journal that one page of the audit log reads.</summary>
    public const int AuditScanEntries = 2_000;

    /// <summary>The most entries of the journal that a count of audit events reads; beyond that there is no number (B379).</summary>
    public const int AuditCountEntries = 10 * AuditScanEntries;

    /// <summary>How far back reports tell, by the tenant's clock (B444).</summary>
    public static readonly TimeSpan ReportRetention = TimeSpan.FromDays(28);

    /// <summary>The most refused connections that are told one by one (B448); all are counted.</summary>
    public const int ReportRefusals = 10_000;

    /// <summary>The most rows of a report that one answer has (B442).</summary>
    public const int ReportRows = 10_000;

    /// <summary>The most faults of one tenant.</summary>
    public const int Faults = 100;

    /// <summary>The most answers that are remembered for repeated requests to install or delete faults.</summary>
    public const int FaultAnswers = 256;

    /// <summary>The longest route of a fault, in characters.</summary>
    public const int FaultRouteCharacters = 512;

    /// <summary>The longest that one request is delayed by faults together.</summary>
    public static readonly TimeSpan FaultDelay = TimeSpan.FromMinutes(10);

    /// <summary>The longest <c>Retry-After</c> of a fault, in seconds.</summary>
    public const int FaultRetryAfterSeconds = 3600;

    /// <summary>How many states of the tenant a read can be behind.</summary>
    public const int FaultVersionsBehind = 32;

    /// <summary>How long a read can be behind.</summary>
    public static readonly TimeSpan FaultWindow = TimeSpan.FromHours(1);

    /// <summary>The largest quota that a throttle model can be given, in resource units or writes.</summary>
    public const int FaultQuota = 1_000_000;

    /// <summary>The objects of a page of a delta query when nothing is asked, as Graph has it; <c>Prefer: odata.maxpagesize</c> asks for 1 to <see cref="LargestPage"/>.</summary>
    public const int DeltaPage = 200;

    /// <summary>The most related objects, members say, on a page of a delta query: so many for each object it may have.</summary>
    public const int DeltaRelatedPerObject = 5;

    /// <summary>The most objects a delta query can be narrowed to by id (L160).</summary>
    public const int DeltaIds = 50;

    /// <summary>The longest token of a delta query, in characters.</summary>
    public const int DeltaTokenCharacters = 16 * 1024;

    /// <summary>The most touches of users and groups that one page of a delta query looks at; a selection can leave fewer on it.</summary>
    public const int DeltaScanTouches = 10_000;

    /// <summary>The most entries of the journal that one page of a delta query reads.</summary>
    public const int DeltaScanEntries = 2_000;

    /// <summary>The longest <c>Prefer</c> header that is read, in characters; a longer one is ignored.</summary>
    public const int PreferCharacters = 256;
}
