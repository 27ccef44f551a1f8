using System.Globalization;
using Mana.Auth.Contracts;
using Mana.Credits.Contracts;
using Mana.Sync.Contracts;

namespace Mana.Host.Commands;

/// <summary>What the process was started for.</summary>
internal abstract record CommandLine
{
    const string Usage = """
        Mana.Host                        serves; settings come from the environment, see the README
        Mana.Host import-auth            takes over accounts, spaces, vaults and API keys of an original database; before import-sync
          --from <address>               postgresql://user:password@host/db or Npgsql form; a role that may read everything
          --schema <name>                where the original's tables are; default auth
          --batch <rows>                 rows per transaction, 1 to 2000; default 500
          --dry-run                      does everything, takes it back and says what would be here
        Mana.Host import-sync            takes over the sync_changes table of an original database
          --from <address>               postgresql://user:password@host/db or Npgsql form; may be read-only
          --table <name>                 with its schema unless public; default sync_changes
          --batch <rows>                 rows per transaction, 1 to 2000; default 1000
          --rename <old=new,...>         former names of apps (zitare=quotes) and collections (zitare/old=new)
          --verify-only                  compares, stores nothing
        Mana.Host import-commerce        takes over balances, gifts, sync subscriptions, purchases, history and Stripe's customers of an original database; after import-auth
          --from <address>               postgresql://user:password@host/db or Npgsql form; may be read-only
          --verify-only                  compares, stores nothing
        Mana.Host rotate-keys --emergency  replaces the signing keys at once; every access token is void, sessions go on
        Mana.Host health                 asks the host on PORT of this machine: 0 when it can serve, else 1
        Mana.Host --help                 this text; also behind a command

        An import ends with 0: all is here and equal; 1: it is not, or was refused or stopped; 2: the command line is wrong.

        """;

    private CommandLine()
    {
    }

    /// <summary>The platform itself; its arguments are settings.</summary>
    public sealed record Serve : CommandLine;

    public sealed record ImportSync(ImportRequest Request) : CommandLine;

    public sealed record ImportAuth(AuthImportRequest Request) : CommandLine;

    public sealed record ImportCommerce(CommerceImportRequest Request) : CommandLine;

    public sealed record Help : CommandLine
    {
        public static async Task<int> TellAsync()
        {
            await Console.Out.WriteLineAsync(Usage);
            return 0;
        }
    }

    public sealed record RotateKeys : CommandLine;

    public sealed record Health : CommandLine;

    public sealed record Wrong(string Problem) : CommandLine
    {
        public async Task<int> TellAsync()
        {
            await Console.Error.WriteLineAsync(Problem + Environment.NewLine + Environment.NewLine + Usage);
            return 2;
        }
    }

    public static CommandLine Parse(IReadOnlyList<string> args) => args switch
    {
        [] => new Serve(),
        ["--help" or "-h"] or [_, .., "--help" or "-h"] => new Help(),
        ["import-auth", ..] => ImportAccounts(new Queue<string>(args.Skip(1))),
        ["import-commerce", ..] => ImportMoney([.. args.Skip(1)]),
        ["import-sync", ..] => Import(new Queue<string>(args.Skip(1))),
        ["health"] => new Health(),
        ["rotate-keys", "--emergency"] => new RotateKeys(),
        ["rotate-keys", ..] => new Wrong("Keys rotate by themselves every 90 days; --emergency replaces them now."),
        [var first, ..] when !first.StartsWith('-') && !first.StartsWith('/') => new Wrong($"There is no command '{first}'."),
        _ => new Serve(),
    };

    static CommandLine Import(Queue<string> args)
    {
        var given = new ImportRequest("", ImportRequest.DefaultTable, ImportRequest.DefaultBatch, VerifyOnly: false, new Dictionary<string, string>(StringComparer.Ordinal));
        while (args.TryDequeue(out var option))
        {
            if (option == "--verify-only")
            {
                given = given with { VerifyOnly = true };
                continue;
            }

            if (option is not ("--from" or "--table" or "--batch" or "--rename"))
                return new Wrong($"There is no option '{option}'.");
            if (!args.TryDequeue(out var value) || value.Length == 0)
                return new Wrong($"{option} needs a value.");
            if (With(given, option, value) is not { } changed)
                return new Wrong($"{option} cannot be '{value}'.");
            given = changed;
        }

        return given.Source.Length == 0 ? new Wrong("--from is missing.") : new ImportSync(given);
    }

    static CommandLine ImportAccounts(Queue<string> args)
    {
        var given = new AuthImportRequest("", AuthImportRequest.DefaultSchema, AuthImportRequest.DefaultBatch, DryRun: false);
        while (args.TryDequeue(out var option))
        {
            if (option == "--dry-run")
            {
                given = given with { DryRun = true };
                continue;
            }

            if (option is not ("--from" or "--schema" or "--batch"))
                return new Wrong($"There is no option '{option}'.");
            if (!args.TryDequeue(out var value) || value.Length == 0)
                return new Wrong($"{option} needs a value.");
            if (option == "--batch" && Batch(value, AuthImportRequest.LargestBatch) is null)
                return new Wrong($"{option} cannot be '{value}'.");
            given = option switch
            {
                "--from" => given with { Source = value },
                "--schema" => given with { Schema = value },
                _ => given with { BatchSize = Batch(value, AuthImportRequest.LargestBatch)!.Value },
            };
        }

        return given.Source.Length == 0 ? new Wrong("--from is missing.") : new ImportAuth(given);
    }

    static CommandLine ImportMoney(string[] options) => options switch
    {
        ["--from", { Length: > 0 } source] => new ImportCommerce(new(source, VerifyOnly: false)),
        ["--from", { Length: > 0 } source, "--verify-only"] => new ImportCommerce(new(source, VerifyOnly: true)),
        ["--verify-only", "--from", { Length: > 0 } source] => new ImportCommerce(new(source, VerifyOnly: true)),
        [] or ["--verify-only"] or ["--from"] => new Wrong("--from <address> is missing."),
        _ => new Wrong("import-commerce takes --from <address> and --verify-only."),
    };

    static int? Batch(string value, int largest) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var rows) && rows >= 1 && rows <= largest ? rows : null;

    /// <summary>Null when the value makes no sense.</summary>
    static ImportRequest? With(ImportRequest given, string option, string value) => option switch
    {
        "--from" => given with { Source = value },
        "--table" => given with { Table = value },
        "--rename" => Renames(value) is { } renames ? given with { Renames = renames } : null,
        _ => Batch(value, ImportRequest.LargestBatch) is { } rows ? given with { BatchSize = rows } : null,
    };

    static Dictionary<string, string>? Renames(string value)
    {
        var renames = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (pair.Split('=', StringSplitOptions.TrimEntries) is not [{ Length: > 0 } old, { Length: > 0 } name] || name.Contains('/', StringComparison.Ordinal))
                return null;
            renames[old] = name;
        }

        return renames.Count == 0 ? null : renames;
    }
}
