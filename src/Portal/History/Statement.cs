namespace Berth.Portal.History;

/// <summary>A sentence on what an operation changed, and whom it is about.</summary>
/// <param name="What">The sentence, without its full stop.</param>
/// <param name="Whom">Who they are; nobody where the sentence says it all.</param>
/// <param name="More">How many more there are than are named.</param>
public sealed record Statement(string What, IReadOnlyList<string> Whom, int More = 0);
