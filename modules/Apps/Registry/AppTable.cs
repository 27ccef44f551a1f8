using Mana.Apps.Contracts;

namespace Mana.Apps.Registry;

/// <summary>
/// The apps of the product (compute.md 2.3, 2.4), as data. A collection is written <c>name</c>, <c>name=localName</c>, with <c>!</c> behind it when the server reads it
/// and its encrypted fields in parentheses (2.5).
/// </summary>
internal static class AppTable
{
    const string Beta = "beta";

    public static readonly IReadOnlyList<AppDef> All =
    [
        Served("todo", "tasks!(title,description,subtasks,metadata) projects taskLabels reminders! boardViews", legacy: "labels"),
        SyncOnly("quotes", "favorites=quotesFavorites lists=quotesLists quotesListTags custom-quotes=customQuotes", "zitare"),
        Served("calendar", "calendars! events!(title,description,location) eventTags"),
        Served("cards", "decks=cardDecks!(name,description) cards!(front,back) deckTags cardReviews! cardStudyBlocks!", "manadeck"),
        Served("contacts", "contacts(firstName,lastName,displayName,addresses,phones,emails,notes) contactTags"),
        Served("picture", "images!(prompt,negativePrompt) boards=pictureBoards boardItems imageTags", legacy: "tags", tier: Beta),
        Served("presi", "decks=presiDecks!(title,description) slides!(content) presiDeckTags"),
        SyncOnly("inventory", "collections=invCollections items=invItems locations=invLocations categories=invCategories invItemTags", "inventar"),
        Served("food", "meals(description,portionSize,foods) goals=foodGoals favorites=foodFavorites mealTags", "nutriphi", tier: Beta),
        Served("plants", "plants!(name,careNotes,temperature,soilType) plantPhotos! wateringSchedules! wateringLogs! plantTags", "planta", tier: Beta),
        Served("storage", "files!(name,originalName) folders fileTags", legacy: "tags"),
        Served("chat", "conversations=chatConversations(title) messages=chatMessages(messageText) templates=chatTemplates(name,description,systemPrompt,initialQuestion) conversationTags", tier: Beta),
        Served("questions", "collections=questionCollections questions(title,description) answers(content) questionTags", tier: Beta),
        Served("music", "songs!(title) playlists playlistSongs projects=musicProjects markers songTags", "mukke"),
        Served("context", "spaces=contextSpaces documents(title,content) documentTags", tier: Beta),
        Served("photos", "albums albumItems favorites=photoFavorites photoTags", legacy: "tags"),
        SyncOnly("skilltree", "skills activities achievements skillTags"),
        Served("citycorners", "cities locations=ccLocations favorites=ccFavorites ccLocationTags"),
        SyncOnly("mana", "userSettings dashboardConfigs workbenchScenes automations", "manacore"),
        SyncOnly("tags", "tags=globalTags tagGroups"),
        SyncOnly("links", "links=manaLinks"),
        Served("timeblocks", "timeBlocks!(title,description) timeBlockTags"),
        Served("uload", "links=uloadLinks!(title,description) folders=uloadFolders linkTags", legacy: "tags"),
        SyncOnly("times", "clients projects=timeProjects timeEntries tags=timeTags templates=timeTemplates settings=timeSettings alarms countdownTimers worldClocks entryTags", "taktik clock", legacy: "timers"),
        SyncOnly("calc", "calculations savedFormulas"),
        Served("news", "articles=newsArticles categories=newsCategories preferences=newsPreferences reactions=newsReactions"),
        SyncOnly("manavoxel", "worlds areas items=voxelItems inventories"),
        Served("moodlit", "moods sequences moodTags"),
        SyncOnly("memoro", "memos memories memoTags spaces=memoroSpaces spaceMembers memoSpaces"),
        Served("guides", "guides sections steps collections=guideCollections runs guideTags", tier: Beta),
        SyncOnly("habits", "habits habitLogs"),
        SyncOnly("notes", "notes noteTags"),
        SyncOnly("journal", "journalEntries"),
        SyncOnly("dreams", "dreams dreamSymbols dreamTags"),
        SyncOnly("period", "periods periodDayLogs periodSymptoms"),
        SyncOnly("events", "events=socialEvents eventGuests eventInvitations eventItems"),
        SyncOnly("finance", "transactions categories=financeCategories budgets"),
        SyncOnly("places", "places! locationLogs placeTags"),
        SyncOnly("playground", "snippets conversations=playgroundConversations messages=playgroundMessages"),
        Served("who", "games=whoGames messages=whoMessages", tier: Beta),
        SyncOnly("firsts", "firsts"),
        SyncOnly("lasts", "lasts! lastsCooldown"),
        SyncOnly("drink", "drinkEntries drinkPresets"),
        SyncOnly("mail", "mailDrafts"),
        SyncOnly("kontext", "kontextDoc"),
        SyncOnly("quiz", "quizzes questions=quizQuestions attempts=quizAttempts"),
        Served("profile", "userContext meImages"),
        SyncOnly("library", "libraryEntries!"),
        Served("articles", "articles=readArticles highlights articleTags"),
        SyncOnly("invoices", "invoices invoiceClients invoiceSettings"),
        Served("wetter", "locations=wetterLocations settings=wetterSettings"),
        Served("website", "websites websitePages websiteBlocks"),
        SyncOnly("augur", "augurEntries!"),
        SyncOnly("wishes", "items=wishItems lists=wishLists priceChecks"),
        SyncOnly("body", "bodyMeasurements bodyWorkouts bodyExercises"),
        SyncOnly("recipes", "recipes recipeTags"),
        SyncOnly("stretch", "stretchSessions stretchRoutines"),
        SyncOnly("meditate", "meditateSessions meditatePresets meditateSettings"),
        SyncOnly("sleep", "sleepEntries"),
        SyncOnly("mood", "moodEntries"),
        SyncOnly("broadcast", "broadcasts broadcastRecipients"),
        Served("wardrobe", "wardrobeItems wardrobeOutfits"),
        Served("writing", "writingDrafts writingVersions", tier: Beta),
        Served("comic", "comicStories comicPanels"),
    ];

    static AppDef SyncOnly(string appId, string collections, string aliases = "", string legacy = "") => Define(appId, collections, aliases, legacy, null, true);

    static AppDef Served(string appId, string collections, string aliases = "", string legacy = "", string? tier = null) => Define(appId, collections, aliases, legacy, tier, false);

    static AppDef Define(string appId, string collections, string aliases, string legacy, string? tier, bool syncOnly) =>
        new(appId, Words(aliases), syncOnly, tier, [.. Words(collections).Select(Collection)], Words(legacy));

    static CollectionDef Collection(string text)
    {
        var (head, fields) = text.Split('(') is [var before, var inside] ? (before, inside.TrimEnd(')').Split(',')) : (text, []);
        var projected = head.EndsWith('!');
        var names = head.TrimEnd('!').Split('=');
        return new CollectionDef(names[0], names.Length > 1 ? names[1] : null, fields, projected, null);
    }

    static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
