namespace Mana.Kernel.Privacy;

/// <summary>
/// What a module must be able to do with what it stores about a person. Every module that stores anything implements it;
/// Auth walks all implementations for export (GDPR art. 15, 20) and erasure (art. 17).
/// </summary>
public interface IPersonalData
{
    /// <summary>Name of the part in the export archive, e.g. <c>sync</c>.</summary>
    string Module { get; }

    /// <summary>Writes everything held about the person as UTF-8 JSON to <paramref name="output"/>, streamed, at flat memory.</summary>
    Task ExportAsync(string userId, Stream output, CancellationToken cancellationToken);

    /// <summary>
    /// Removes or anonymises everything held about the person. Safe to repeat: a second call finds nothing.
    /// Afterwards no table of the module holds the user id, save those listed with a legal reason in its README.
    /// </summary>
    Task EraseAsync(string userId, CancellationToken cancellationToken);

    /// <summary>
    /// How many rows still belong to the person: told to them before the erasure, and 0 after it. An erasure is not over before every
    /// module says 0. What is kept for a legal reason does not count.
    /// </summary>
    Task<long> CountAsync(string userId, CancellationToken cancellationToken);
}
