//! A generation in the making. Nothing of it is seen by readers until it is published; dropped, it leaves nothing behind.

use std::collections::HashSet;
use std::fs;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use oxigraph::model::{GraphName, GraphNameRef, NamedNode, NamedNodeRef, NamedOrBlankNode, Quad};
use oxigraph::store::Store;

use super::background::Background;
use super::generations::{GraphFolder, Start};
use super::lock::Lock;
use super::manifest::{DocumentEntry, Manifest, TextPlace};
use super::texts::Pack;
use super::{StoreError, merge, storage, terms};
use crate::model::vocabulary;

/// Memory for the bulk loader, in megabytes.
const LOADER_MEMORY: usize = 1024;

/// Settled entities that may wait for the loader.
const WAITING: usize = 1024;

/// What changes about one entity: quads that go out, quads that come in.
type Settled = Result<(Vec<Quad>, Vec<Quad>), StoreError>;

/// A generation being written. Holds the folder's writer lock as long as it lives.
pub struct Draft {
    folder: GraphFolder,
    _writer: Lock,
    number: u64,
    path: PathBuf,
    base: Option<Manifest>,
    /// `None` only while it is being sealed.
    store: Option<Store>,
    knowledge: String,
    pack: Pack,
    touched: HashSet<NamedNode>,
}

impl Draft {
    /// Begins a draft: a checkpoint of the current generation where it was made with the same knowledge, else an empty store
    /// with the background in it. A current generation that cannot be read is as good as none.
    pub(super) fn begin(
        folder: &GraphFolder,
        writer: Lock,
        start: Start,
        knowledge: &str,
        background: &Background,
    ) -> Result<Self, StoreError> {
        let current = folder.current_for_writing()?;
        let number = folder.next_number(current.as_ref().map(|(m, _)| m.generation));
        let path = folder.draft_path(number);
        let made = || fs::create_dir_all(&path).map_err(StoreError::io("create", &path));
        made()?;
        let usable = current.filter(|(manifest, _)| manifest.knowledge == knowledge && start == Start::Current);
        let checkpoint = usable.and_then(|(manifest, from)| {
            let store = storage::draft(Some((&from, manifest.storage)), &path).ok()?;
            Some((store, manifest))
        });
        let (store, base) = match checkpoint {
            Some((store, manifest)) => (store, Some(manifest)),
            None => {
                fs::remove_dir_all(&path).map_err(StoreError::io("clear", &path))?;
                made()?;
                (storage::draft(None, &path)?, None)
            }
        };
        let pack = folder.texts().begin(number)?;
        let draft = Self {
            folder: folder.clone(),
            _writer: writer,
            number,
            path,
            base,
            store: Some(store),
            knowledge: knowledge.to_owned(),
            pack,
            touched: HashSet::new(),
        };
        if draft.base.is_none() {
            draft.load(background.quads().iter().cloned())?;
        }
        Ok(draft)
    }

    fn store(&self) -> Result<&Store, StoreError> {
        self.store.as_ref().ok_or_else(closed)
    }

    /// What the draft starts from; `None` for a build from nothing.
    #[must_use]
    pub fn base(&self) -> Option<&Manifest> {
        self.base.as_ref()
    }

    /// Takes the graphs of documents out again.
    ///
    /// # Errors
    /// The store's.
    pub fn retract<'a>(&mut self, documents: impl IntoIterator<Item = &'a str>) -> Result<(), StoreError> {
        let Self { store, touched, .. } = self;
        let store = store.as_ref().ok_or_else(closed)?;
        for document in documents {
            let graph = NamedNodeRef::new_unchecked(document);
            let quads = store.quads_for_pattern(None, None, None, Some(GraphNameRef::NamedNode(graph))).collect::<Result<Vec<_>, _>>()?;
            touch(touched, &quads);
            let mut transaction = store.start_transaction()?;
            for quad in &quads {
                transaction.remove(quad);
            }
            transaction.remove_named_graph(graph)?;
            transaction.commit()?;
        }
        Ok(())
    }

    /// Adds documents: the decoded text of each, and the quads of its graph. They are taken from the iterator as the store can
    /// hold them, in bounded memory. Gives the places of the texts, in order.
    ///
    /// # Errors
    /// The store's, the disk's, and those that the iterator itself gives.
    pub fn insert(
        &mut self,
        documents: impl Iterator<Item = Result<(String, Vec<Quad>), StoreError>>,
    ) -> Result<Vec<TextPlace>, StoreError> {
        let Self { store, pack, touched, .. } = self;
        let store = store.as_ref().ok_or_else(closed)?;
        let mut places = Vec::new();
        let quads = documents.flat_map(|document| {
            let added = document.and_then(|(text, quads)| {
                places.push(pack.add(&text)?);
                touch(touched, &quads);
                Ok(quads)
            });
            let (quads, error) = match added {
                Ok(quads) => (quads, None),
                Err(error) => (Vec::new(), Some(Err(error))),
            };
            error.into_iter().chain(quads.into_iter().map(Ok))
        });
        let mut loader = store.bulk_loader().with_max_memory_size_in_megabytes(LOADER_MEMORY).without_atomicity();
        loader.load_ok_quads::<StoreError, StoreError>(quads)?;
        loader.commit()?;
        Ok(places)
    }

    fn load(&self, quads: impl Iterator<Item = Quad>) -> Result<(), StoreError> {
        let mut loader = self.store()?.bulk_loader().with_max_memory_size_in_megabytes(LOADER_MEMORY).without_atomicity();
        loader.load_quads(quads)?;
        Ok(loader.commit()?)
    }

    /// Brings the default graph up to date for every entity that a change has touched. Reading what the documents say of them is
    /// most of the work and is spread over all processors; what comes out goes straight to the loader.
    fn settle(&mut self, background: &Background) -> Result<(), StoreError> {
        let needed = self.settle_reach(background)?;
        let subjects: Vec<&NamedNode> = self.touched.iter().collect();
        let share = subjects.len().div_ceil(std::thread::available_parallelism().map_or(1, usize::from)).max(1);
        let (sender, receiver) = sync_channel(WAITING);
        let gone = std::thread::scope(|scope| {
            for subjects in subjects.chunks(share) {
                let (draft, needed, sender) = (&*self, &needed, sender.clone());
                let settle = move || draft.settle_each(subjects, needed, background, &sender);
                let started = std::thread::Builder::new().name("settle".to_owned()).spawn_scoped(scope, settle);
                started.map_err(StoreError::io("start a thread for", &self.path))?;
            }
            drop(sender);
            self.take_settled(receiver)
        })?;
        let mut transaction = self.store()?.start_transaction()?;
        gone.iter().for_each(|quad| transaction.remove(quad));
        transaction.commit()?;
        self.touched.clear();
        Ok(())
    }

    /// Finds the changes of `subjects` and sends them; ends early where nobody takes them any more.
    fn settle_each(&self, subjects: &[&NamedNode], needed: &HashSet<&NamedNode>, background: &Background, sender: &SyncSender<Settled>) {
        for subject in subjects {
            let known = if needed.contains(subject) { background.facts(subject) } else { &[] };
            let change = self.said_and_current(subject).map(|(said, current)| {
                let settled: HashSet<Quad> = merge::settled(subject, said, known).into_iter().collect();
                let gone = current.difference(&settled).cloned().collect();
                (gone, settled.into_iter().filter(|quad| !current.contains(quad)).collect())
            });
            if sender.send(change).is_err() {
                return;
            }
        }
    }

    /// Loads what comes in; gives what is to go out.
    fn take_settled(&self, receiver: Receiver<Settled>) -> Result<Vec<Quad>, StoreError> {
        let mut all_gone = Vec::new();
        let mut failed = None;
        let changes = receiver.into_iter().map_while(|change| match change {
            Ok((gone, added)) => {
                all_gone.extend(gone);
                Some(added)
            }
            Err(error) => {
                failed = Some(error);
                None
            }
        });
        self.load(changes.flatten())?;
        failed.map_or(Ok(all_gone), Err)
    }

    /// The gazetteer entities that the default graph must hold. Those that come in or go out count as touched.
    fn settle_reach<'b>(&mut self, background: &'b Background) -> Result<HashSet<&'b NamedNode>, StoreError> {
        let (mut direct, mut present) = (Vec::new(), HashSet::new());
        for entity in background.entities() {
            for quad in self.store()?.quads_for_pattern(Some(entity.into()), Some(terms::TYPE), None, None) {
                match quad?.graph_name {
                    GraphName::DefaultGraph => {
                        present.insert(entity);
                    }
                    GraphName::NamedNode(graph) if terms::is_document(graph.as_str()) => direct.push(entity),
                    _ => {}
                }
            }
        }
        let needed = background.closure(direct);
        self.touched.extend(needed.symmetric_difference(&present).map(|entity| (*entity).clone()));
        Ok(needed)
    }

    /// What the documents' graphs say of `subject`, and what the default graph holds of it now.
    fn said_and_current(&self, subject: &NamedNode) -> Result<(merge::Said, HashSet<Quad>), StoreError> {
        let (mut said, mut current) = (HashSet::new(), HashSet::new());
        for quad in self.store()?.quads_for_pattern(Some(subject.into()), None, None, None) {
            let quad = quad?;
            match &quad.graph_name {
                GraphName::DefaultGraph => {
                    current.insert(quad);
                }
                GraphName::NamedNode(graph) if terms::is_document(graph.as_str()) => {
                    said.insert((quad.predicate, quad.object));
                }
                _ => {}
            }
        }
        Ok((said, current))
    }

    /// Settles the default graph, makes sure that all is on the disk, and makes this the current generation.
    /// `documents` is what the generation was built from. Gives what it was recorded as.
    ///
    /// # Errors
    /// The store's and the disk's. Then the generation that was current before still is.
    pub fn publish(mut self, mut documents: Vec<DocumentEntry>, background: &Background) -> Result<Manifest, StoreError> {
        self.settle(background)?;
        let entities = self.count_entities()?;
        documents.sort_by(|a, b| a.path.cmp(&b.path));
        let Self { folder, _writer, number, path, store, knowledge, pack, .. } = self;
        pack.finish()?;
        if let Some(store) = store {
            storage::seal(store, &path)?;
        }
        let manifest = Manifest { generation: number, knowledge, storage: storage::KIND, entities, documents };
        folder.publish(&path, &manifest)?;
        folder.sweep();
        Ok(manifest)
    }

    /// Number of entities in the default graph, documents not counted.
    fn count_entities(&self) -> Result<usize, StoreError> {
        let mut entities = HashSet::new();
        for quad in self.store()?.quads_for_pattern(None, Some(terms::TYPE), None, Some(GraphNameRef::DefaultGraph)) {
            if let NamedOrBlankNode::NamedNode(subject) = quad?.subject
                && subject.as_str().starts_with(vocabulary::ID)
            {
                entities.insert(subject);
            }
        }
        Ok(entities.len())
    }
}

fn closed() -> StoreError {
    StoreError::Store("the draft is closed".to_owned())
}

/// Notes the entities that `quads` say something of.
fn touch(touched: &mut HashSet<NamedNode>, quads: &[Quad]) {
    for quad in quads {
        if let Some((subject, _)) = merge::plain(quad)
            && !touched.contains(subject)
        {
            touched.insert(subject.clone());
        }
    }
}
